/** What a folder is, told by where it stands; each sort may use only the fields that take effect there. */
const sorts = [
  {
    sort: 'a service overlay',
    folder: /^overlays\/[^/]+\/services\/([^/]+)$/,
    allowed: ['resources', 'components', 'patches', 'images', 'namespace'],
  },
  { sort: 'the list of services', folder: /^overlays\/[^/]+\/services$/, allowed: ['resources'] },
  { sort: 'what all services share', folder: /^overlays\/[^/]+\/shared$/, allowed: ['components', 'patches'] },
  { sort: 'the base of a service', folder: /^base\/services\/([^/]+)$/, allowed: ['resources'] },
  { sort: 'what all environments share', folder: /^base\/shared$/, allowed: ['configurations', 'patches'] },
  { sort: 'a cluster', folder: /^clusters\/[^/]+$/, allowed: ['resources', 'patches'] },
  { sort: 'the list of waves', folder: /^apps$/, allowed: ['resources'] },
] as const

/** What all sorts have in common. */
interface Sort {
  readonly sort: string
  readonly allowed: readonly string[]
}

/** Takes a folder, returns what it is; undefined where any field may stand that is refused nowhere. */
export const sortOf = (folder: string): Sort | undefined => sorts.find((sort) => sort.folder.test(folder))

/** Takes the folder of a build, returns the service it is the overlay of, if it is one. */
export const overlaidService = (folder: string): string | undefined => sorts[0].folder.exec(folder)?.[1]

/** Takes the folder of a build, returns whether it is the list of an environment's services. */
export const isServicesList = (folder: string): boolean => sorts[1].folder.test(folder)

/** Takes a folder, returns whether it holds services or what they share. */
export const isOfServices = (folder: string): boolean => sorts.slice(0, 5).some((sort) => sort.folder.test(folder))

/** Takes a folder, returns the service it is the base of, if it is one. */
export const baseOf = (folder: string): string | undefined => sorts[3].folder.exec(folder)?.[1]

/** Takes a folder, returns whether it holds what all services of an environment share. */
export const isShared = (folder: string): boolean => sorts[2].folder.test(folder)
