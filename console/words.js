// What the service's words mean, in plain language. Pure data; the contract's vocabulary on the left.

export const STATUSES = {
  queued: { label: "Queued", icon: "clock", means: "Ready to start; nobody works on it yet." },
  running: { label: "Running", icon: "play", means: "Being worked on now." },
  waiting: { label: "Waiting", icon: "hand", means: "At a gate: a person has to move it on." },
  succeeded: { label: "Succeeded", icon: "check", means: "Ended with a result." },
  failed: { label: "Failed", icon: "cross", means: "Ended with an error; it can be retried." },
  cancelled: { label: "Cancelled", icon: "ban", means: "Ended by a person." },
  unreadable: { label: "Unreadable", icon: "alert", means: "Written by another version of the service, which this one cannot read." },
};
export const OPEN = ["queued", "running", "waiting"];
export const isOpen = (run) => OPEN.includes(run?.status);

export const WORKFLOWS = {
  diagnosis: { label: "Diagnosis", icon: "pulse", about: "Reads a patient's record and answers with a validated assessment." },
  orchestration: { label: "Orchestration", icon: "layers", about: "Takes an idea through six phases, with a gate before each." },
  analysis: { label: "Analysis", icon: "chart", about: "Looks at a project's inputs and ranks opportunities with evidence." },
};
/** What nobody starts from the list of workflows. */
export const OTHER_WORKFLOWS = { erasure: { label: "Erasure", icon: "shield" } };
export const PHASES = ["planning", "architecture", "data", "development", "qa", "documentation"];
export const STEPS = {
  diagnosis: ["build_context", "call_model", "validate", "persist"],
  orchestration: PHASES,
  analysis: ["validate_inputs", "collect_evidence", "generate_opportunities"],
  erasure: ["inventory", "erase_runs", "erase_artifacts", "erase_record", "receipt"],
};
export const STEP_LABELS = {
  build_context: "Build context",
  call_model: "Call the model",
  validate: "Validate the answer",
  persist: "Store the result",
  validate_inputs: "Validate inputs",
  collect_evidence: "Collect evidence",
  generate_opportunities: "Generate opportunities",
  inventory: "Find what there is",
  receipt: "Write the receipt",
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
  PERSON_FAILED: ["A person ended the run as failed", "Read the reason given; a retry lets the worker take it up."],
};

/** Why a run waits: the service's reasons as a sentence, and whether a person has to do something. */
export const REASONS = {
  starting: ["The worker was rung", "It takes the run up in a moment."],
  start_at: ["Starts later", "It was created to start at a set time."],
  backoff: ["Waits for its next try", "The try before failed in a way that may pass."],
  provider_overloaded: ["The model's provider is overloaded", "No attempt is spent; it goes on when the provider takes calls again."],
  provider_rate_limited: ["The model's provider takes no more calls for now", "No attempt is spent; it goes on by itself."],
  provider_spend_limit: ["The provider's spend limit is reached", "It goes on when the limit is raised at the provider."],
  budget: ["A budget is used up", "It goes on when the budget is raised, or its next month begins."],
  paused: ["This workflow is paused", "It goes on when an admin resumes it."],
  worker_disabled: ["The worker is switched off", "This run starts when it is switched on again."],
  manual: ["Nobody was told to start yet", "This run was created to be started by hand."],
  gate: ["Waits at a gate", "A person has to move it on."],
  person: ["A person has this run", "The worker leaves it alone until it is finished by hand."],
  model_call: ["Waits for the model's answer", ""],
  step: ["Being worked on", ""],
  lost_worker: ["The worker gave no sign of life", "Another one takes the run up; what was paid for is kept."],
  ended: ["Ended", ""],
};
/** An erasure's wait between its steps, which is no try that failed. */
export const QUIET = [
  "Waits until nothing can be written behind it",
  "What was under way when the erasure was asked for could still write until then. No attempt is spent.",
];
export const reasonTitle = (reason) => REASONS[reason]?.[0] ?? "Waits";
export const reasonAdvice = (reason) => REASONS[reason]?.[1] ?? "";
export const failureTitle = (code) => FAILURES[code]?.[0] ?? "The run failed";
/** Whether a failure's message is its title over again. */
export const saysTheSame = ({ code, message }) => !message || message.replace(/\.$/, "") === failureTitle(code);
export const failureAdvice = (code) => FAILURES[code]?.[1] ?? "";

/** History codes that are no failures. */
export const EVENTS = {
  EXECUTE_ASKED: "Execution asked for",
  ARTIFACT_ATTACHED: "Artifact attached",
  CONTINUATION: "Continues in a new invocation",
  RETRY: "Retry granted",
  NEXT: "Phase executed from its gate",
  SKIP_VALIDATION: "Phase accepted in spite of its checks",
  WORKER_DISABLED: "Held: the worker is switched off",
  PAUSED: "Held: its workflow is paused",
  BUDGET: "Held: a budget is used up",
  PROVIDER_OVERLOADED: "Held: the model's provider is overloaded",
  PROVIDER_RATE_LIMITED: "Held: the model's provider takes no more calls for now",
  PROVIDER_SPEND_LIMIT: "Held: the provider's spend limit is reached",
};

/** Codes of refused requests. */
export const REFUSALS = {
  SIGN_IN_FAILED: "The sign-in did not work.",
  NO_ANSWER: "The service could not be reached. Check the connection and try again.",
  INVALID_REQUEST: "The request was not understood.",
  FORBIDDEN: "Your role, or your relation to this, does not allow it.",
  NOT_FOUND: "There is no such thing, or it is not in your organisation.",
  OTHER_PERSON: "This record is of another person than the one that is there.",
  ERASED: "This patient was erased.",
  AUDIT_UNAVAILABLE: "What was done could not be put on record, so it was not done. Try again in a moment.",
  NOT_STORED: "The file could not be put there.",
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
const SAID_ALREADY = ["NO_ANSWER", "FORBIDDEN", "NOT_FOUND", "RATE_LIMITED", "WORKER_DISABLED", "INTERNAL_ERROR", "NO_INPUTS", "ERASED"];

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
