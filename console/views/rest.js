// Every page but the list of runs: loaded when the first of them is wanted, or when there is nothing else to do.
export { AdminPage } from "./admin/page.js";
export { BoardPage } from "./board/page.js";
export { ComparePage } from "./compare/page.js";
export { ClonePage } from "./create/clone.js";
export { ChoicePage, CreatePage } from "./create/page.js";
export { MetricsPage } from "./metrics/page.js";
export { PatientsPage } from "./patients/list.js";
export { PatientPage } from "./patients/page.js";
export { ProjectsPage } from "./projects/list.js";
export { ProjectPage } from "./projects/page.js";
export { RunPage } from "./run/page.js";
