// Every route that the console calls, by its literal path, and nowhere else. A test holds this list against the contract.
import { addressOf, path, send, sendBare, sendForBlob, sendForText } from "./http.js";

const get = async (route, options) => (await send("GET", route, options)).data;
const post = (route, options) => send("POST", route, options);
const put = (route, options) => send("PUT", route, options);
const patch = (route, options) => send("PATCH", route, options);
const del = (route, options) => send("DELETE", route, options);

// Service
export const health = () => get(path`/health`);
export const invariants = () => get(path`/health/invariants`);
export const descriptionAddress = () => addressOf(path`/openapi.json`);

// Runs: orchestrations, and every run by any door
export const createRun = (body, options) => post(path`/runs`, { body, ...options });
export const listRuns = (query, options) => get(path`/runs`, { query, ...options });
export const getRun = (runId, options) => get(path`/runs/${runId}`, options);
export const nextPhase = (runId, body, options) => post(path`/runs/${runId}/next`, { body, ...options });
export const cancelRun = (runId) => post(path`/runs/${runId}/cancel`, { body: {} });
export const retryRun = (runId, body = {}) => post(path`/runs/${runId}/retry`, { body });
export const cloneRun = (runId, overrides, options) => post(path`/runs/${runId}/clone`, { body: { overrides }, ...options });
export const listRunArtifacts = (runId, query, options) => get(path`/runs/${runId}/artifacts`, { query, ...options });
export const downloadArtifact = (runId, artifactId, options) => sendForBlob(path`/runs/${runId}/artifacts/${artifactId}/download`, options);
export const listEvents = (runId, query, options) => get(path`/runs/${runId}/events`, { query, ...options });
export const whyOf = (runId, options) => get(path`/runs/${runId}/why`, options);
export const streamEvents = (runId, query, options) => sendForText(path`/runs/${runId}/stream`, { query, ...options });
export const compareRuns = (query, options) => get(path`/runs/compare`, { query, ...options });
export const listProfiles = (options) => get(path`/profiles`, options);
export const getMetrics = (runId, options) => get(path`/runs/${runId}/metrics`, options);

// Studio door: diagnosis runs of a patient
export const createPatientRun = (patientId, body, options) =>
  post(path`/api/studio/patients/${patientId}/diagnosis-runs`, { body, ...options });
export const listPatientRuns = (patientId, query, options) =>
  get(path`/api/studio/patients/${patientId}/diagnosis-runs`, { query, ...options });
export const getStudioRun = (runId, options) => get(path`/api/studio/diagnosis-runs/${runId}`, options);
export const updateStudioRun = (runId, body) => patch(path`/api/studio/diagnosis-runs/${runId}`, { body });
export const executeRun = (runId) => post(path`/api/studio/diagnosis-runs/${runId}/execute`, { body: {} });
export const listStudioArtifacts = (runId, query, options) =>
  get(path`/api/studio/diagnosis-runs/${runId}/artifacts`, { query, ...options });
export const attachArtifact = (runId, body, options) => post(path`/api/studio/diagnosis-runs/${runId}/artifacts`, { body, ...options });
export const getStudioArtifact = (artifactId, options) => get(path`/api/studio/diagnosis-artifacts/${artifactId}`, options);

// Assessment door: diagnosis runs of an assessment
export const createAssessmentRun = (body, options) => post(path`/api/diagnosis-runs`, { body, ...options });
export const listDiagnosisRuns = (query, options) => get(path`/api/diagnosis-runs`, { query, ...options });
export const getDiagnosisRun = (runId, options) => get(path`/api/diagnosis-runs/${runId}`, options);
export const processRun = (runId) => post(path`/api/diagnosis-runs/${runId}/process`, { body: {} });

// Many at once
export const createBulk = (body, options) => post(path`/bulk`, { body, ...options });
export const getBulk = (bulkId, options) => get(path`/bulk/${bulkId}`, options);
export const cancelBulk = (bulkId) => post(path`/bulk/${bulkId}/cancel`, { body: {} });

// Being told
export const listWebhooks = (query, options) => get(path`/webhooks`, { query, ...options });
export const createWebhook = (body, options) => post(path`/webhooks`, { body, ...options });
export const getWebhook = (webhookId, options) => get(path`/webhooks/${webhookId}`, options);
export const updateWebhook = (webhookId, body) => patch(path`/webhooks/${webhookId}`, { body });
export const deleteWebhook = (webhookId) => del(path`/webhooks/${webhookId}`);
export const rotateWebhook = (webhookId) => post(path`/webhooks/${webhookId}/rotate`, { body: {} });
export const testWebhook = (webhookId) => post(path`/webhooks/${webhookId}/test`, { body: {} });
export const listDeliveries = (webhookId, query, options) => get(path`/webhooks/${webhookId}/deliveries`, { query, ...options });
export const replayDelivery = (webhookId, deliveryId) =>
  post(path`/webhooks/${webhookId}/deliveries/${deliveryId}/replay`, { body: {} });

// Numbers, money, pauses
export const getStats = (query, options) => get(path`/stats`, { query, ...options });
export const listBudgets = (query, options) => get(path`/budgets`, { query, ...options });
export const putBudget = (scope, body) => put(path`/budgets/${scope}`, { body });
export const deleteBudget = (scope) => del(path`/budgets/${scope}`);
export const getOrganisation = (options) => get(path`/organisation`, options);
export const updateOrganisation = (body) => patch(path`/organisation`, { body });
export const listAudit = (query, options) => get(path`/audit`, { query, ...options });

// Project doors: append-only analysis runs
export const createProject = (body, options) => post(path`/api/projects`, { body, ...options });
export const listProjects = (query, options) => get(path`/api/projects`, { query, ...options });
export const createInput = (projectId, body, options) => post(path`/api/projects/${projectId}/inputs`, { body, ...options });
export const listInputs = (projectId, query, options) => get(path`/api/projects/${projectId}/inputs`, { query, ...options });
export const generate = (projectId, body, options) => post(path`/api/projects/${projectId}/generate`, { body, ...options });
export const listProjectRuns = (projectId, query, options) => get(path`/api/projects/${projectId}/runs`, { query, ...options });
export const latestProjectRun = (projectId, query, options) => get(path`/api/projects/${projectId}/runs/latest`, { query, ...options });

// Care
export const listPatients = (query, options) => get(path`/api/patients`, { query, ...options });
export const getPatient = (patientId, options) => get(path`/api/patients/${patientId}`, options);
export const putPatient = (patientId, body) => put(path`/api/patients/${patientId}`, { body });
export const erasePatient = (patientId, query) => del(path`/api/patients/${patientId}`, { query });
export const listClinicians = (patientId, query, options) => get(path`/api/patients/${patientId}/clinicians`, { query, ...options });
export const assignClinician = (patientId, userId) => put(path`/api/patients/${patientId}/clinicians/${userId}`, { body: {} });
export const unassignClinician = (patientId, userId) => del(path`/api/patients/${patientId}/clinicians/${userId}`);
export const getRecord = (patientId, options) => get(path`/api/patients/${patientId}/record`, options);
export const putRecord = (patientId, record, query) => put(path`/api/patients/${patientId}/record`, { body: record, query });
export const startUpload = (patientId, body) => post(path`/api/patients/${patientId}/record/uploads`, { body });
export const listRecordVersions = (patientId, query, options) =>
  get(path`/api/patients/${patientId}/record/versions`, { query, ...options });
export const createAssessment = (patientId, body, options) => post(path`/api/patients/${patientId}/assessments`, { body, ...options });
export const listAssessments = (patientId, query, options) => get(path`/api/patients/${patientId}/assessments`, { query, ...options });

// The local stack only
export const devUsers = () => sendBare("GET", path`/dev/users`);
export const devToken = (user) => sendBare("POST", path`/dev/token`, { user });
