/** Freezes plain data and everything in it. Cyclic data must not be given: it would never end. */
export function deepFreeze<Data>(data: Data): Data {
  if (typeof data !== 'object' || data === null) return data;
  for (const value of Object.values(data)) deepFreeze(value);
  return Object.freeze(data);
}
