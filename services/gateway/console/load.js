// A hook that loads, keeps what it had while it loads again, and tells failure from emptiness.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";

// `keys` name what is loaded: another value empties the view. `turn` only says that there is news:
// what is shown stays until the news is here, and loads never overlap, however fast news comes.
export function useLoad(load, keys, turn) {
  const [state, setState] = useState({ value: undefined, problem: undefined });
  const now = useRef({ load, round: 0, busy: false, missed: false });
  now.current.load = load;
  const again = useCallback(async () => {
    const mine = now.current;
    if (mine.busy) {
      mine.missed = true;
      return;
    }
    mine.busy = true;
    do {
      mine.missed = false;
      const round = mine.round;
      const answer = await mine.load().then((value) => ({ value }), (problem) => ({ problem }));
      if (round === mine.round) setState((before) => ({ value: answer.value ?? before.value, problem: answer.problem }));
    } while (mine.missed);
    mine.busy = false;
  }, []);
  useEffect(() => {
    now.current.round++;
    setState({ value: undefined, problem: undefined });
    again();
  }, keys);
  const heard = useRef(turn);
  useEffect(() => {
    if (turn === heard.current) return; // the first load has it already
    heard.current = turn;
    again();
  }, [turn]);
  return { ...state, again };
}

export function Loading({ what, state, children }) {
  if (state.problem) return html`<${Trouble} problem=${state.problem} again=${state.again} />`;
  if (state.value === undefined) return html`<p class="muted" role="status">Loading ${what} …</p>`;
  return children(state.value);
}

export function Trouble({ problem, again }) {
  return html`<div class="trouble" role="alert">
    <p>${problem.message}</p>
    ${problem.errors?.length > 0 && html`<ul>${problem.errors.map((error) => html`<li>${error.detail}</li>`)}</ul>`}
    ${again && html`<button type="button" onClick=${again}>Try again</button>`}
    ${problem.traceId && html`<p class="muted small">Trace ${problem.traceId}</p>`}
  </div>`;
}
