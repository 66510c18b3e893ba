import { isAlias, isMap, isScalar, isSeq, type Document, type Node, type Pair, type YAMLMap } from 'yaml'

/** Takes a map and a key, returns the pair that stands in the map itself. */
export function ownPair(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => wordOf(pair.key) === key)
}

/** Takes a map and a key, returns its pair, from a merge key (<<) where the map has none itself. */
export function findPair(document: Document, map: YAMLMap, key: string): Pair | undefined {
  return ownPair(map, key) ?? map.items.flatMap((pair) => mergedPair(document, pair, key) ?? [])[0]
}

/** Takes a pair and a key, returns the pair it merges in under that key, where it is a merge key (<<) and does. */
export function mergedPair(document: Document, merge: Pair, key: string): Pair | undefined {
  if (!isMergeKey(merge)) return undefined
  const value = resolveAlias(document, merge.value)
  const maps = isSeq(value) ? value.items.map((item) => resolveAlias(document, item)) : [value]
  return maps.filter((map) => isMap(map)).flatMap((map) => ownPair(map, key) ?? [])[0]
}

/** Takes a pair, returns whether it is a merge key (<<), in the form that YAML 1.1 gives it. */
export function isMergeKey({ key }: Pair): boolean {
  return isScalar(key) && typeof key.value === 'symbol' && key.value.description === '<<'
}

/** Takes a node, returns what it stands for; undefined for an alias of nothing. */
export function resolveAlias(document: Document, node: unknown): unknown {
  return isAlias(node) ? node.resolve(document) : node
}

/** Takes a node, returns its text where it is one. */
export function wordOf(node: unknown): string | undefined {
  return isScalar(node) && typeof node.value === 'string' ? node.value : undefined
}

/** Takes a parsed pair, returns the node of its key. */
export function keyOf(pair: Pair): Node {
  return pair.key as Node
}
