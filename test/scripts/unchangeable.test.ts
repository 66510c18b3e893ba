import { describe, expect, it } from 'vitest'
import { formatFindings } from '../../plugin/finding.ts'
import { unchangeableFields } from '../../scripts/check/unchangeable.ts'

const file = 'overlays/prod/infra/foundation/storage-class.yaml'
const storage = (rest: string, name = 'fast-ssd'): string =>
  `apiVersion: storage.k8s.io/v1\nkind: StorageClass\nmetadata: { name: ${name} }\n${rest}`
const priority = (rest: string): string =>
  `apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: { name: platform-services }\n${rest}`
const said = (before: string, now: string): string => formatFindings(unchangeableFields(file, before, now))

describe('a class that a cluster has', () => {
  it.each([
    [
      'its provisioner',
      storage('provisioner: a\n'),
      storage('provisioner: b\n'),
      '4:14',
      'provisioner of StorageClass fast-ssd',
    ],
    [
      'a parameter',
      storage('parameters: { type: gp3 }\n'),
      storage('parameters: { type: io2 }\n'),
      '4:1',
      'parameters of StorageClass fast-ssd',
    ],
    [
      'what it omits now',
      storage('reclaimPolicy: Retain\n'),
      storage(''),
      '1:1',
      'reclaimPolicy of StorageClass fast-ssd',
    ],
    [
      'its binding mode',
      storage('volumeBindingMode: Immediate\n'),
      storage('volumeBindingMode: WaitForFirstConsumer\n'),
      '4:20',
      'volumeBindingMode of StorageClass fast-ssd',
    ],
    ['its value', priority('value: 1\n'), priority('value: 2\n'), '4:8', 'value of PriorityClass platform-services'],
  ])('cannot change %s', (_, before, now, place, what) => {
    const kind = what.split(' ')[2]
    expect(said(before, now)).toBe(
      `${file}:${place}  ${what} was another, and can never change in a cluster\n  put it back, and add a ${kind} of another name\n`,
    )
  })

  it.each([
    ['a smaller volume', 'volumeClaimTemplates: [{ spec: { resources: { requests: { storage: 20Gi } } } }]'],
    ['another storage class', 'volumeClaimTemplates: [{ spec: { storageClassName: slow } }]'],
    ['another governing Service', 'serviceName: other'],
    ['pods that start one by one', 'podManagementPolicy: OrderedReady'],
  ])('cannot give a StatefulSet %s', (_, field) => {
    const set = (spec: string) =>
      `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: vault }\nspec:\n  ${spec}\n`
    const name = field.split(':')[0]
    expect(said(set(`replicas: 3\n  ${name}: before`), set(`replicas: 5\n  ${field}`))).toMatch(
      new RegExp(
        `^\\S+:6:\\d+  spec.${name} of StatefulSet vault was another, and can never change in a cluster\n  put it back; to grow a volume`,
      ),
    )
  })

  it.each([
    ['whether volumes may grow', storage('allowVolumeExpansion: false\n'), storage('allowVolumeExpansion: true\n')],
    ['how it is written', storage('parameters: { a: b, c: d }\n'), storage("parameters:\n  c: 'd'\n  a: b\n")],
    [
      'nothing, and have one of another name beside it',
      storage('provisioner: a\n'),
      `${storage('provisioner: a\n')}---\n${storage('provisioner: b\n', 'faster-ssd')}`,
    ],
    ['its description', priority('value: 1\ndescription: a\n'), priority('value: 1\ndescription: b\n')],
  ])('can change %s', (_, before, now) => {
    expect(said(before, now)).toBe('')
  })
})
