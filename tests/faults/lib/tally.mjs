/* tally.mjs - how often what happened. */

export function count(map, key, by = 1) {
  map.set(key, (map.get(key) ?? 0) + by);
}

export function addAll(map, other) {
  for (const [key, n] of other) count(map, key, n);
}

export function total(map) {
  return [...map.values()].reduce((a, b) => a + b, 0);
}

/* "kill yq-webhook 3, lock 2" */
export function tableOf(map) {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, n]) => `${name} ${n}`).join(', ');
}
