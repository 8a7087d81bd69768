// Keeping what is on the screen true: loading once, loading again and again, and following one run by its events.
// Nothing is asked for while the tab is hidden, and failures make the pauses longer.
import { useCallback, useEffect, useRef, useState } from "./preact.js";
import { now as serviceTime } from "./clock.js";
import { getRun, listEvents, streamEvents, whyOf } from "./api.js";
import { isOpen } from "./words.js";

const WAIT_SECONDS = 20;
const WHY_PAUSE = 10_000;
const NEWS_PAUSE = 250;
const SHORTEST_PAUSE = 1_500;
const PERSON_PAUSE = 12_000;
const LONGEST_PAUSE = 60_000;

/** {data, error, loading, reload}; `load(signal)` runs again when a dependency changes. Older data stays while newer loads. */
export function useAsync(load, dependencies) {
  const [state, setState] = useState({ loading: true });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    setState((before) => ({ ...before, loading: true }));
    load(control.signal).then(
      (data) => control.signal.aborted || setState({ data, loading: false }),
      (error) => control.signal.aborted || setState((before) => ({ ...before, error, loading: false })),
    );
    return () => control.abort();
  }, [...dependencies, round]);
  const reload = useCallback(() => setRound((number) => number + 1), []);
  return { ...state, reload };
}

/** Calls `again` every `every` ms while the tab is visible and `every` is a number. */
export function useEvery(every, again) {
  const latest = useRef(again);
  latest.current = again;
  useEffect(() => {
    if (!every) return undefined;
    const timer = setInterval(() => document.hidden || latest.current(), every);
    const shown = () => document.hidden || latest.current();
    document.addEventListener("visibilitychange", shown);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, [every]);
}

/** The service's time in ms, refreshed every `every` ms while the tab is visible. */
export function useNow(every = 20_000) {
  const [, tick] = useState(0);
  useEvery(every, () => tick((number) => number + 1));
  return serviceTime();
}

/** {run, events, error, refresh}: a run and its history, kept current until it has ended. */
export function useLiveRun(runId) {
  const [state, setState] = useState({ events: [] });
  const [round, setRound] = useState(0);
  useEffect(() => {
    const control = new AbortController();
    followRun(runId, control.signal, (change) => control.signal.aborted || setState((before) => ({ ...before, ...change })));
    return () => control.abort();
  }, [runId, round]);
  const refresh = useCallback(() => setRound((number) => number + 1), []);
  return { ...(state.run && state.run.id !== runId ? { events: [] } : state), refresh };
}

async function followRun(runId, signal, update) {
  let events = [];
  let pause = SHORTEST_PAUSE;
  let run = null;
  while (!signal.aborted) {
    try {
      const fresh = await freshEvents(runId, events.at(-1)?.seq ?? 0, run && isMoving(run) ? WAIT_SECONDS : 0, signal);
      if (!run || fresh.length) run = (await getRun(runId, { signal })).run;
      events = [...events, ...fresh];
      // The run may have ended after its events were read.
      if (!isOpen(run) && events.at(-1)?.to !== run.status)
        events = [...events, ...(await freshEvents(runId, events.at(-1)?.seq ?? 0, 0, signal))];
      update({ run, events, error: null });
      if (!isOpen(run)) return;
      pause = pauseAfter(run, fresh);
    } catch (error) {
      if (signal.aborted) return;
      update({ error });
      if ([401, 403, 404, 410].includes(error.status)) return;
      pause = Math.min(LONGEST_PAUSE, pause * 2);
    }
    await pauseFor(pause, signal);
  }
}

/** A held answer with news is asked for again at once; one without news, or a run that waits for a person, after a while. */
function pauseAfter(run, fresh) {
  if (!isMoving(run)) return PERSON_PAUSE;
  return fresh.length ? NEWS_PAUSE : SHORTEST_PAUSE;
}

/** Whether the next change may come without a person. */
function isMoving(run) {
  return run.status === "running" || (run.status === "queued" && run.dispatch === "auto");
}

/** {why, error}: what the service says that a run waits for; asked again with each change of `version`, and while it is open. */
export function useWhy(run) {
  const version = run && `${run.id} ${run.updated_at} ${run.status}`;
  const isAsked = isOpen(run);
  const { data, error, loading, reload } = useAsync((signal) => (isAsked ? whyOf(run.id, { signal }) : Promise.resolve(null)), [version]);
  useEvery(isAsked && WHY_PAUSE, () => loading || reload());
  return { why: isAsked ? data : null, error };
}

let streams = true;

/** The events after `after`, by the stream where there is one, else by asking for the list. */
async function freshEvents(runId, after, wait, signal) {
  if (!wait || !streams) return listedEvents(runId, after, wait, signal);
  try {
    const { text } = await streamEvents(runId, { after }, { accept: "text/event-stream", signal });
    return eventsIn(text);
  } catch (error) {
    if (signal.aborted || ![0, 404, 405, 406, 500, 501, 504].includes(error.status)) throw error;
    streams = error.status === 0;
    return listedEvents(runId, after, wait, signal);
  }
}

/** The events of a text/event-stream; comments, and the end that an ended run's stream closes with, are none. */
export function eventsIn(text) {
  return text
    .split("\n\n")
    .map((block) => block.split("\n"))
    .filter((lines) => lines.some((line) => line.startsWith("id:")))
    .map((lines) => JSON.parse(lines.find((line) => line.startsWith("data:")).slice("data:".length)));
}

async function listedEvents(runId, after, wait, signal) {
  const found = [];
  let cursor = null;
  do {
    const page = await listEvents(runId, { after, limit: 100, cursor }, { wait: cursor ? 0 : wait, signal });
    found.push(...page.events);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

/** Resolves after `ms`, and then not before the tab is visible again; at once when aborted. */
async function pauseFor(ms, signal) {
  await settle((done) => setTimeout(done, ms), clearTimeout, signal);
  if (!document.hidden || signal.aborted) return;
  await settle(
    (done) => {
      document.addEventListener("visibilitychange", done);
      return done;
    },
    (done) => document.removeEventListener("visibilitychange", done),
    signal,
  );
}

function settle(start, stop, signal) {
  return new Promise((resolve) => {
    const done = () => {
      stop(handle);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const handle = start(done);
    signal.addEventListener("abort", done);
  });
}
