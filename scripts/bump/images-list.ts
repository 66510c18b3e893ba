import { isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap, type YAMLSeq } from 'yaml'
import type { Finding } from '../../plugin/finding.ts'
import { isPattern } from './image-name.ts'
import { findPair, isMergeKey, keyOf, ownPair, resolveAlias, wordOf } from './yaml-keys.ts'
import type { YamlSource } from './yaml-source.ts'

/** The list `images:` of a Kustomization, and every map that holds it. */
export interface ImagesList {
  readonly root: YAMLMap
  readonly list: YAMLSeq
  readonly entries: readonly ImagesEntry[]
}

/** An entry of `images:`; `item` is what stands in the list, the map itself or an alias of it. */
export interface ImagesEntry {
  readonly item: Node
  readonly map: YAMLMap
  readonly name: string
  readonly nameNode: Node
  readonly newName: string | undefined
}

const entryKeys = ['name', 'newName', 'newTag', 'digest']

/** Takes a Kustomization, returns its list `images:`; refuses what Kustomize would read otherwise than it looks. */
export function readImages(source: YamlSource): ImagesList | Finding[] {
  const root = source.document.contents
  if (!isMap(root)) {
    return [no(source, root, 'is no Kustomization: not a map', 'write `images:` with a name and newTag')]
  }
  const misspelled = [
    ...misspelledKeys(source, root, ['images']),
    ...root.items.filter(isMergeKey).map((pair) => no(source, keyOf(pair), ...mergeKeyRefused)),
    // Kustomize moves the old field into images, where it wins
    ...root.items
      .filter((pair) => wordOf(pair.key)?.toLowerCase() === 'imagetags')
      .map((pair) => no(source, keyOf(pair), 'imageTags is the old way to pin, and it wins', 'move it under images')),
  ]
  if (misspelled.length > 0) return misspelled
  const images = ownPair(root, 'images')
  const list = images?.value
  if (images === undefined || list === null || list === undefined || (isScalar(list) && list.value === null)) {
    const at = images === undefined ? undefined : keyOf(images)
    return [no(source, at, 'pins no image', addEntry)]
  }
  if (!isSeq(list)) {
    const fact = isAlias(list) ? 'images is an alias, so its pins stand elsewhere' : 'images is not a list'
    return [no(source, list as Node, fact, 'write `images:` as a list of entries with name and newTag')]
  }
  const findings: Finding[] = []
  const entries = list.items.flatMap((item): ImagesEntry | [] => {
    const entry = readEntry(source, item as Node)
    if (!Array.isArray(entry)) return entry
    findings.push(...entry)
    return []
  })
  if (findings.length > 0) return findings
  return { root, list, entries }
}

const mergeKeyRefused = [
  'a merge key (<<) may bring a pin that no one sees here',
  'write the keys out in this place',
] as const

function readEntry(source: YamlSource, item: Node): ImagesEntry | Finding[] {
  const { document } = source
  const map = resolveAlias(document, item)
  if (!isMap(map)) return [no(source, item, 'is no entry of images: not a map', 'write a name and a newTag')]
  const misspelled = misspelledKeys(source, map, entryKeys)
  if (misspelled.length > 0) return misspelled
  const textAt = (key: string) => wordOf(resolveAlias(document, findPair(document, map, key)?.value))
  const nameNode = findPair(document, map, 'name')?.value as Node
  const name = textAt('name')
  if (name === undefined) return [no(source, map, 'this entry of images has no name', 'write the image as its name')]
  if (isPattern(name)) {
    const fact = `the name ${JSON.stringify(name)} is a pattern to Kustomize, which may match any image`
    return [no(source, nameNode, fact, 'write one image in full, without a tag')]
  }
  return { item, map, name, nameNode, newName: textAt('newName') }
}

function misspelledKeys(source: YamlSource, map: YAMLMap, keys: readonly string[]): Finding[] {
  return map.items.flatMap((pair) => {
    const word = wordOf(pair.key)
    const meant = keys.find((key) => word !== key && word?.toLowerCase() === key.toLowerCase())
    // Kustomize decodes with Go's encoding/json, which takes a key in any case: newtag beats newTag
    return meant
      ? [no(source, keyOf(pair), `the key ${word} is ${meant} to Kustomize, in any case`, `write ${meant}, once`)]
      : []
  })
}

const addEntry = 'add under images: `- name: <image>` and, below it, `newTag: <sha>`'

function no(source: YamlSource, at: Node | null | undefined, fact: string, remedy: string): Finding {
  return { at: source.at(at), fact, remedy }
}
