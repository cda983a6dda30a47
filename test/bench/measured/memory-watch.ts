const SAMPLE_EVERY_MS = 5;
const MIB = 1024 * 1024;

/**
 * Looks at the memory of the process until it is told to stop. Gives then, in MiB, how far the resident memory had grown
 * at its highest, and how far heap and buffers had by then.
 */
export function watchMemory(): () => Readonly<Record<string, number>> {
  const before = process.memoryUsage();
  let highest = before;
  const look = () => {
    if (process.memoryUsage.rss() > highest.rss) highest = process.memoryUsage();
  };
  const timer = setInterval(look, SAMPLE_EVERY_MS);
  return () => {
    clearInterval(timer);
    look();
    const growth = (of: keyof NodeJS.MemoryUsage) => (highest[of] - before[of]) / MIB;
    const growthMib = growth('rss');
    const [heapMib, buffersMib] = [growth('heapTotal'), growth('external')];
    const otherMib = growthMib - heapMib - buffersMib;
    return { growthMib, heapMib, buffersMib, otherMib };
  };
}
