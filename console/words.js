// What the service's words mean, in plain language. Pure data; the contract's vocabulary on the left.

export const STATUSES = {
  queued: { label: "Queued", icon: "clock", means: "Ready to start; nobody works on it yet." },
  running: { label: "Running", icon: "play", means: "Being worked on now." },
  waiting: { label: "Waiting", icon: "hand", means: "At a gate: a person has to move it on." },
  succeeded: { label: "Succeeded", icon: "check", means: "Ended with a result." },
  failed: { label: "Failed", icon: "cross", means: "Ended with an error; it can be retried." },
  cancelled: { label: "Cancelled", icon: "ban", means: "Ended by a person." },
};
export const OPEN = ["queued", "running", "waiting"];
export const isOpen = (run) => OPEN.includes(run?.status);

export const WORKFLOWS = {
  diagnosis: { label: "Diagnosis", icon: "pulse", about: "Reads a patient's record and answers with a validated assessment." },
  orchestration: { label: "Orchestration", icon: "layers", about: "Takes an idea through six phases, with a gate after each." },
  analysis: { label: "Analysis", icon: "chart", about: "Looks at a project's inputs and ranks opportunities with evidence." },
};
export const PHASES = ["planning", "architecture", "data", "development", "qa", "documentation"];
export const STEPS = {
  diagnosis: ["build_context", "call_model", "validate", "persist"],
  orchestration: PHASES,
  analysis: ["validate_inputs", "collect_evidence", "generate_opportunities"],
};
export const STEP_LABELS = {
  build_context: "Build context",
  call_model: "Call the model",
  validate: "Validate the answer",
  persist: "Store the result",
  validate_inputs: "Validate inputs",
  collect_evidence: "Collect evidence",
  generate_opportunities: "Generate opportunities",
  qa: "QA",
};

/** Failure codes: what happened, and what a person can do about it. */
export const FAILURES = {
  VALIDATION_ERROR: ["The model's answer did not have the agreed form", "A retry asks the model anew."],
  LLM_ERROR: [
    "The model call failed for good",
    "Where the model declined, a retry asks it anew. Where a key or a permission is missing, that has to be mended first.",
  ],
  CONTEXT_FETCH_ERROR: ["The facts for this run could not be read", "Check that the patient has a record, then retry."],
  PERSISTENCE_ERROR: ["The result could not be stored", "A retry stores it without calling the model again."],
  EXECUTION_ERROR: ["The run could not be executed", "A retry takes it up at the failed step."],
  MAX_ATTEMPTS_REACHED: ["All attempts are used up", "The model or a service was out of reach each time. A retry grants one more attempt."],
  BUDGET_EXCEEDED: ["The next model call could cost more than this run may spend", "Clone it with a higher budget."],
  DEADLINE_EXCEEDED: ["The run did not end before its deadline", "A retry extends the deadline."],
  LEASE_EXPIRED: ["Whoever took this run did not finish it in time", "A retry makes it available again."],
  GATE_EXPIRED: ["Nobody advanced the run in time", "A retry brings it back to its gate."],
  NO_INPUTS: ["There was nothing to analyse", "Add an input to the project and generate again."],
  INPUT_INVALID: ["The input lacks what the analysis needs", "Add a new version of the input that has it."],
  CHECKS_FAILED: ["Checks of this phase failed", "Execute the phase again, or accept it as it is."],
  LEASE_LOST: ["The worker stopped before it finished", "It is taken up again by itself."],
};
export const failureTitle = (code) => FAILURES[code]?.[0] ?? "The run failed";
export const failureAdvice = (code) => FAILURES[code]?.[1] ?? "";

/** History codes that are no failures. */
export const EVENTS = {
  EXECUTE_ASKED: "Execution asked for",
  ARTIFACT_ATTACHED: "Artifact attached",
  CONTINUATION: "Continues in a new invocation",
  RETRY: "Retry granted",
  NEXT: "Gate opened",
  SKIP_VALIDATION: "Phase accepted in spite of its checks",
  HELD: "Held: the worker is switched off",
  RESUMED: "Resumed",
};

/** Codes of refused requests. */
export const REFUSALS = {
  SIGN_IN_FAILED: "The sign-in did not work.",
  NO_ANSWER: "The service could not be reached. Check the connection and try again.",
  INVALID_REQUEST: "The request was not understood.",
  FORBIDDEN: "Your role, or your relation to this, does not allow it.",
  NOT_FOUND: "There is no such thing, or it is not in your organisation.",
  CONFLICT: "Its state has changed in the meantime, so this no longer applies.",
  TOO_LARGE: "That is too large.",
  VALIDATION_ERROR: "Something in the form needs another value.",
  IDEMPOTENCY_KEY_REUSED: "This form was sent before with other values. Reload and try again.",
  NO_INPUTS: "The project has no final input yet. The attempt is on record as a failed run.",
  RATE_LIMITED: "Too many at once. Try again in a moment.",
  WORKER_DISABLED: "The worker is switched off, so nothing can be executed now.",
  INTERNAL_ERROR: "Something went wrong on the service's side.",
};
const BY_STATUS = {
  401: "Your sign-in has ended. Sign in again.",
  403: REFUSALS.FORBIDDEN,
  404: REFUSALS.NOT_FOUND,
  413: REFUSALS.TOO_LARGE,
  504: "The service took too long. What was asked for may still happen.",
};
// What the service says of these is not more than what is said here.
const SAID_ALREADY = ["NO_ANSWER", "FORBIDDEN", "NOT_FOUND", "RATE_LIMITED", "WORKER_DISABLED", "INTERNAL_ERROR"];

export function refusalText(error) {
  const seconds = Number(error.details?.retryAfter);
  if (error.code === "RATE_LIMITED" && seconds > 0)
    return `Too many at once. Try again in ${seconds === 1 ? "a second" : `${seconds} seconds`}.`;
  return REFUSALS[error.code] ?? BY_STATUS[error.status] ?? REFUSALS.INTERNAL_ERROR;
}

/** What the service said that is worth reading beside `refusalText`; empty where that says it all. */
export function refusalDetail(error) {
  const isKnown = SAID_ALREADY.includes(error.code) || (!error.code && error.status >= 400) || error.errors?.length > 0;
  return isKnown ? "" : (error.message ?? "");
}

const UNCHANGED_BY_A_RETRY = ["NO_INPUTS", "INPUT_INVALID", "BUDGET_EXCEEDED"];
/** Whether a failed run, as it is, could end otherwise when it is tried once more. */
export const mayEndOtherwise = (run) => !UNCHANGED_BY_A_RETRY.includes(run.error_info?.code);

export const ROLES = {
  patient: "Sees the runs of their own record",
  clinician: "Starts and follows diagnosis runs of assigned patients",
  member: "Runs orchestrations and analyses of projects",
  admin: "Sees and changes everything of the organisation",
  system: "Keeps records, processes assessment runs",
};
