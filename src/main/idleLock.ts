// Tells when nobody has touched the window for a while. One timer, which is set anew only when it runs out.

export interface IdleLock {
  /** A key was pressed or the mouse moved. */
  readonly touch: () => void;
  /** @param seconds until the window locks; null: never */
  readonly start: (seconds: number | null) => void;
  readonly stop: () => void;
}

/**
 * @param onIdle called once after each `start`, when the time has passed without a touch
 * @param nowMs a clock that nobody can set back
 */
export function createIdleLock(onIdle: () => void, nowMs: () => number): IdleLock {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let lastTouchMs = 0;
  let limitMs = 0;

  const stop = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
  };
  const wait = (): void => {
    const leftMs = lastTouchMs + limitMs - nowMs();
    timer = setTimeout(() => (lastTouchMs + limitMs - nowMs() > 0 ? wait() : expire()), Math.max(1, leftMs));
  };
  const expire = (): void => {
    stop();
    onIdle();
  };

  return {
    touch: () => {
      lastTouchMs = nowMs();
    },
    start: (seconds) => {
      stop();
      if (seconds === null) return;
      limitMs = 1000 * seconds;
      lastTouchMs = nowMs();
      wait();
    },
    stop,
  };
}
