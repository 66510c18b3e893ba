import { isAlias, isMap, isScalar, visit, type Node, type Pair, type Scalar, type YAMLMap } from 'yaml'
import type { Finding } from '../../plugin/finding.ts'
import { matchesImage, repositoryOf } from './image-name.ts'
import { readImages, type ImagesEntry } from './images-list.ts'
import { nearest } from '../../plugin/nearest.ts'
import { isMergeKey, keyOf, mergedPair, ownPair } from './yaml-keys.ts'
import type { YamlSource } from './yaml-source.ts'

/** Where one image is pinned: its entry under `images:` and the scalars that may be rewritten. */
export interface PinEntry {
  readonly index: number
  readonly entry: YAMLMap
  readonly tag: PinField
  readonly digest?: PinField
}

/** A key and its scalar, both with a range in the text. */
export interface PinField {
  readonly key: Scalar
  readonly value: Scalar
}

/** Takes a Kustomization and an image, returns the one entry that pins it; refuses what does not say it once, plainly and alone. */
export function findPinEntry(source: YamlSource, image: string): PinEntry | Finding[] {
  const images = readImages(source)
  if (Array.isArray(images)) return images
  const { root, list, entries } = images
  const target = entries.find(({ name }) => name === image)
  if (target === undefined) return [notPinned(source, list, entries, image)]
  const rivals = entries.flatMap((entry) => rivalry(source, entry, target, image))
  if (rivals.length > 0) return rivals
  return readTarget(source, [root, list], target, entries.indexOf(target))
}

function rivalry(source: YamlSource, entry: ImagesEntry, target: ImagesEntry, image: string): Finding[] {
  if (entry === target) return []
  const where = `line ${source.at(target.nameNode).line}`
  const at = isAlias(entry.item) ? entry.item : entry.nameNode
  if (matchesImage(entry.name, image)) {
    const fact = `${image} is pinned a second time (first in ${where}); the last one wins`
    return [no(source, at, fact, 'delete one of the two entries')]
  }
  if (entry.newName === image) {
    const fact = `this entry renames ${entry.name} to ${image}, which ${where} pins too`
    return [no(source, at, fact, 'keep one entry for this image')]
  }
  if (target.newName !== undefined && matchesImage(entry.name, target.newName)) {
    const fact = `this entry pins ${target.newName}, which ${where} has renamed ${image} to`
    return [no(source, at, fact, 'keep one entry for this image')]
  }
  return []
}

function notPinned(source: YamlSource, list: Node, entries: readonly ImagesEntry[], image: string): Finding {
  const tagged = entries.find(({ name }) => repositoryOf(name) === image)
  if (tagged) {
    const fact = `the name ${tagged.name} holds a tag or digest; Kustomize ignores such an entry`
    return no(source, tagged.nameNode, fact, `write name: ${image}, and the tag as newTag`)
  }
  const renamed = entries.find(({ newName }) => newName === image)
  if (renamed) {
    const fact = `this entry pins ${renamed.name} under the new name ${image}, not ${image} itself`
    return no(source, renamed.nameNode, fact, `write name: ${image}`)
  }
  const names = entries.map(({ name }) => name)
  const last = image.slice(image.lastIndexOf('/'))
  const meant = nearest(image, names, 2) ?? names.find((name) => name.endsWith(last))
  const near = entries.find(({ name }) => name === meant)
  if (near) {
    const others = names.filter((name) => name !== meant)
    const fact = `pins ${[meant, ...others].join(', ')}, not ${image}`
    return no(source, near.nameNode, fact, `if this entry is meant, write name: ${image}; else ${addEntry(image)}`)
  }
  const there = names.length === 0 ? 'no image' : names.join(', ')
  return no(source, list, `pins ${there}, not ${image}`, addEntry(image))
}

function readTarget(
  source: YamlSource,
  above: Node[],
  { item, map, name }: ImagesEntry,
  index: number,
): PinEntry | Finding[] {
  if (!isMap(item)) return [no(source, item, `the entry of ${name} is an alias`, 'write the entry out in this place')]
  const merged = ['newTag', 'digest'].filter((key) => map.items.some((pair) => mergedPair(source.document, pair, key)))
  if (merged.length > 0) {
    const fact = `a merge key (<<) supplies ${merged.join(' and ')} of ${name}`
    return [no(source, keyOf(map.items.find(isMergeKey)!), fact, `write ${merged.join(' and ')} out in this entry`)]
  }
  const tag = ownPair(map, 'newTag')
  if (tag === undefined) {
    return [no(source, map, `the entry of ${name} has no newTag`, 'add a line `newTag: <sha>` to this entry')]
  }
  const digest = ownPair(map, 'digest')
  const used = usedAnchors(source)
  const tagField = readField(source, tag, 'newTag', used)
  const digestField = digest && readField(source, digest, 'digest', used)
  const findings = [
    ...[...above, map].flatMap((node) => sharedAnchor(source, node, used, 'this part of the file')),
    ...(Array.isArray(tagField) ? tagField : []),
    ...(Array.isArray(digestField) ? digestField : []),
  ]
  if (findings.length > 0 || Array.isArray(tagField) || Array.isArray(digestField)) return findings
  return { index, entry: map, tag: tagField, ...(digestField && { digest: digestField }) }
}

function readField(source: YamlSource, pair: Pair, key: string, used: ReadonlySet<string>): PinField | Finding[] {
  const { value } = pair
  const write = `write the ${key === 'newTag' ? 'SHA' : 'digest'} itself here, on one line`
  if (isAlias(value)) return [no(source, value, `${key} is an alias of &${value.source}`, write)]
  if (!isScalar(value) || !isScalar(pair.key)) {
    const at = (value as Node | null) ?? keyOf(pair)
    return [no(source, at, value === null ? `${key} is empty` : `${key} is not a text`, write)]
  }
  const shared = sharedAnchor(source, value, used, key)
  if (shared.length > 0) return shared
  if (value.type === 'BLOCK_LITERAL' || value.type === 'BLOCK_FOLDED') {
    return [no(source, value, `${key} is a block text (| or >), which ends in a line break`, write)]
  }
  if (value.tag !== undefined && value.tag !== 'tag:yaml.org,2002:str') {
    return [no(source, value, `${key} carries the type ${value.tag}`, `leave the type away and ${write}`)]
  }
  if (value.range![0] === value.range![1]) return [no(source, keyOf(pair), `${key} is empty`, write)]
  return { key: pair.key, value }
}

function sharedAnchor(source: YamlSource, node: Node, used: ReadonlySet<string>, what: string): Finding[] {
  const anchor = 'anchor' in node ? node.anchor : undefined
  if (anchor === undefined || !used.has(anchor)) return []
  const fact = `${what} is used elsewhere as *${anchor}, which would change too`
  return [no(source, node, fact, `write it out where *${anchor} stands`)]
}

function usedAnchors({ document }: YamlSource): Set<string> {
  const used = new Set<string>()
  visit(document, { Alias: (_, alias) => void used.add(alias.source) })
  return used
}

function addEntry(image: string): string {
  return `add under images: \`- name: ${image}\` and, below it, \`newTag: <sha>\``
}

function no(source: YamlSource, at: Node | null | undefined, fact: string, remedy: string): Finding {
  return { at: source.at(at), fact, remedy }
}
