// The service's time, as far as its answers show it: this machine's, moved by what their dates and the times in them say.
let ahead = 0;
const LEAST_MS = 1_500;

export const now = () => Date.now() + ahead;

/** `date`: the header of an answer that was asked for at `asked` (ms); it says whole seconds. */
export function learnDate(date, asked) {
  const said = Date.parse(date ?? "");
  if (Number.isNaN(said)) return;
  const here = (asked + Date.now()) / 2;
  const difference = said + 500 - here;
  if (Math.abs(difference - ahead) > LEAST_MS && (difference < -LEAST_MS || difference > ahead)) ahead = difference;
}

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
