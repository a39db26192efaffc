// A hook that loads, keeps what it had while it loads again, and tells failure from emptiness.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { html } from "./html.js";

export function useLoad(load, keys) {
  const [state, setState] = useState({ value: undefined, problem: undefined });
  const turn = useRef(0);
  const again = useCallback(async () => {
    const mine = ++turn.current;
    try {
      const value = await load();
      if (mine === turn.current) setState({ value, problem: undefined });
    } catch (problem) {
      if (mine === turn.current) setState((before) => ({ value: before.value, problem }));
    }
  }, keys);
  useEffect(() => {
    setState({ value: undefined, problem: undefined });
    again();
    return () => { turn.current++; };
  }, [again]);
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
