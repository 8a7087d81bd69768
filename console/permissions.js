// What to offer whom: the contract's "who" columns, applied to what the page knows. Pure.
// The API decides; a button left out here is a courtesy.
import { isOpen } from "./words.js";

const has = (user, ...roles) => user.roles.some((role) => roles.includes(role));
const isOwner = (user, run) => has(user, "admin") || (run.created_by === user.sub && has(user, "member", "clinician"));
const isCarer = (user) => has(user, "clinician", "admin");

/** Who may change a run: on a patient's run whoever cares for the patient (and so sees it here), else its creator and admins. */
function mayChange(user, run) {
  if (run.erased_at || run.workflow === "erasure") return false;
  return run.workflow === "diagnosis" ? isCarer(user) : isOwner(user, run);
}

export const mayCreate = {
  diagnosis: isCarer,
  orchestration: (user) => has(user, "member", "clinician", "admin"),
  analysis: (user) => has(user, "member", "clinician", "admin"),
};
export const mayCreateAny = (user) => Object.values(mayCreate).some((may) => may(user));

export const maySee = {
  runs: () => true,
  board: (user) => mayCreate.orchestration(user),
  projects: (user) => mayCreate.analysis(user),
  patients: (user) => has(user, "patient", "clinician", "admin", "system"),
  metrics: (user) => has(user, "member", "clinician", "admin", "system"),
  cost: (user) => has(user, "member", "clinician", "admin", "system"),
  admin: (user) => has(user, "admin"),
  stats: (user) => has(user, "admin", "system"),
  invariants: (user) => has(user, "admin", "system"),
};

export const care = {
  managePatients: (user) => has(user, "admin", "system"),
  manageClinicians: (user) => has(user, "admin"),
  readRecord: (user) => has(user, "clinician", "admin", "system"),
  writeRecord: (user) => has(user, "clinician", "admin", "system"),
  createAssessment: (user) => has(user, "patient", "clinician", "admin", "system"),
  createAssessmentRun: (user) => has(user, "clinician", "admin", "system"),
  runDiagnosis: isCarer,
};

/** Whether a person, not the worker, holds a running run: the last entry that made it running names them. */
export function holder(run, events) {
  if (run.status !== "running") return null;
  const claim = events.findLast((event) => event.to === "running" && event.from !== "running");
  return claim && claim.actor !== "worker" ? claim.actor : null;
}

/** Which actions this run's state and this person's role allow: {execute, process, next, cancel, retry, clone, take, finish, attach}. */
export function actionsFor(user, run, { events = [], workerEnabled = true } = {}) {
  const change = mayChange(user, run);
  const isDiagnosis = run.workflow === "diagnosis" && !run.erased_at;
  const isQueued = run.status === "queued";
  const mine = holder(run, events) !== null && (has(user, "admin") || run.created_by === user.sub);
  return {
    execute: isDiagnosis && isQueued && isCarer(user) && workerEnabled,
    process: isDiagnosis && isQueued && has(user, "system") && !isCarer(user) && workerEnabled,
    next: run.workflow === "orchestration" && run.status === "waiting" && change,
    cancel: isOpen(run) && change,
    retry: run.status === "failed" && change,
    clone: !run.erased_at && mayCreate[run.workflow]?.(user) === true,
    take: isDiagnosis && isQueued && isCarer(user) && isOwner(user, run),
    finish: isDiagnosis && isCarer(user) && mine,
    attach: isDiagnosis && isQueued && run.attempt === 0 && isCarer(user),
  };
}
