/** Runs an action before a signal ends the program. Returns a function that removes the handlers. */
export function onInterrupt(action: () => void): () => void {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  const obey = (signal: NodeJS.Signals) => {
    action();
    settled();
    process.kill(process.pid, signal);
  };
  const settled = () => {
    for (const signal of signals) process.off(signal, obey);
  };
  for (const signal of signals) process.on(signal, obey);
  return settled;
}
