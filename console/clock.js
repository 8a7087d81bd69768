// The service's time, as far as its answers show it: this machine's, moved on where something happened "in the future".
let ahead = 0;

export const now = () => Date.now() + ahead;

/** `data`: what an answer held. Nothing in it was made or changed after now. */
export function learnTime(data) {
  Object.values(data ?? {})
    .flat()
    .forEach((one) => {
      [one?.updated_at, one?.created_at, one?.last_run?.finished_at].forEach((time) => {
        const difference = Date.parse(time) - Date.now();
        if (difference > ahead) ahead = difference;
      });
    });
}
