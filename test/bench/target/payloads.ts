/** What the target answers and expects. Both sides of the benchmark import it, so that each can check the other. */
const users = Array.from({ length: 10 }, (_, index) => ({
  id: index + 1,
  name: `User ${index + 1}`,
  email: `user${index + 1}@example.com`,
  active: index % 3 !== 0,
}));

export const TOKEN = 'bench-token';
export const smallAnswer = JSON.stringify({
  total: users.length,
  page: 1,
  next: null,
  owner: { name: 'Ann', role: 'administrator', since: '2019-04-01T08:30:00Z' },
  users,
});

const rows = Array.from({ length: 5_000 }, (_, index) => ({
  id: index,
  sku: `SKU-${String(index).padStart(8, '0')}`,
  title: `An article of the catalogue, number ${index}`,
  price: { amount: index * 1.25, currency: 'EUR' },
  tags: ['catalogue', 'article', index % 2 === 0 ? 'even' : 'odd'],
  stock: index % 17,
  active: index % 3 !== 0,
}));

/** About 1 MB. */
export const largeAnswer = JSON.stringify({
  total: rows.length,
  next: null,
  owner: { name: 'Ann' },
  users: [users[0]],
  rows,
});

/** The five values of every answer, as `readOutputs` and the definition of the connection find them. */
export const expectedOutputs: Readonly<Record<string, unknown>> = {
  Total: users.length,
  Owner: 'Ann',
  First: 'user1@example.com',
  Next: '',
  Names: users.map(({ name }) => name).join(', '),
};
export const expectedLargeOutputs: Readonly<Record<string, unknown>> = {
  Total: rows.length,
  Owner: 'Ann',
  First: 'user1@example.com',
  Last: rows.at(-1)?.sku,
  Price: rows[2_500]?.price.amount,
};

/** The text that brings the body of a POST to 1 kB. */
export const NOTE = 'A note that goes with the request and makes it as long as such requests are. '.repeat(
  10,
);

/** Server-sent events of 64 KiB, as a language model streams them. */
export const EVENTS_PER_PIECE = 400;
export const eventPiece = Buffer.from(
  Array.from({ length: EVENTS_PER_PIECE }, (_, index) => {
    const delta = { content: `word ${index} ` };
    const choices = [{ index: 0, delta, finish_reason: null }];
    return `event: delta\nid: ${index}\ndata: ${JSON.stringify({ id: `chunk-${index}`, created: 1_700_000_000, choices })}\n\n`;
  }).join(''),
);

/** How many events there are in a stream of them that is so long. */
export function eventsOf(mib: number): number {
  return Math.floor((mib * 1024 * 1024) / eventPiece.length) * EVENTS_PER_PIECE;
}
