// The service's time, as far as its answers show it: this machine's, moved on where a run was changed "in the future".
let ahead = 0;

export const now = () => Date.now() + ahead;

/** `data`: what an answer held. No run was last changed after now. */
export function learnTime(data) {
  [data?.run, ...(data?.runs ?? [])].forEach((run) => {
    const difference = Date.parse(run?.updated_at) - Date.now();
    if (difference > ahead) ahead = difference;
  });
}
