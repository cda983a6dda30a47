import { showNumber } from './result.ts';

/** The memory of a process at its highest while it read an answer, beyond what it had before; middles, in MiB. */
export interface MemoryGrowth {
  /** Resident memory. */
  readonly growthMib: number;
  /** Of V8's account: buffers outside the heap, whether anybody still needs them or not. */
  readonly buffersMib: number;
  readonly heapMib: number;
  /** What is left: below nothing when buffers took memory that the process had let go of and kept. */
  readonly otherMib: number;
  /** Collections of the whole heap meanwhile. */
  readonly collections: number;
}

/** Says in numbers of what the memory grew, beside the base, which is at `again` measured against itself. */
export function toMemorySentence(
  ferrule: MemoryGrowth,
  base: MemoryGrowth,
  { baseName, again }: { readonly baseName: string; readonly again: number },
): string {
  const say = ({ buffersMib, heapMib, otherMib }: MemoryGrowth) =>
    `buffers ${showNumber(buffersMib)}, heap ${showNumber(heapMib)}, other ${showNumber(otherMib)}`;
  return [
    `At its highest the process of Ferrule had grown by ${showNumber(ferrule.growthMib)} MiB: ${say(ferrule)};`,
    `that of ${baseName} by ${showNumber(base.growthMib)}: ${say(base)}.`,
    `Buffers that were given away wait for a collection of the whole heap, of which there were ${showNumber(ferrule.collections)} and ${showNumber(base.collections)}.`,
    `When they come is chance: ${baseName} measured against itself is at ${showNumber(again)}.`,
  ].join(' ');
}
