// What comes by itself within minutes and is told by no event: asked for again until it is there.
import { useEffect, useRef } from "preact/hooks";

const EVERY_MS = 5000;
const AT_MOST_MS = 600_000;

export function useWaiting(waits, again) {
  const now = useRef(again);
  now.current = again;
  useEffect(() => {
    if (!waits) return undefined;
    const began = Date.now();
    const timer = setInterval(() => (Date.now() - began < AT_MOST_MS ? now.current() : clearInterval(timer)), EVERY_MS);
    return () => clearInterval(timer);
  }, [waits]);
}

export const isToBeRead = (one) => one.read_at === null && Date.now() - new Date(one.created_at) < AT_MOST_MS;
