/** What a folder is. */
interface Sort {
  readonly sort: string
  readonly folder: RegExp
  /** The fields of a kustomization that take effect there. */
  readonly allowed: readonly string[]
}

const serviceOverlay: Sort = {
  sort: 'a service overlay',
  folder: /^overlays\/[^/]+\/services\/([^/]+)$/,
  allowed: ['resources', 'components', 'patches', 'images', 'namespace'],
}
const servicesList: Sort = {
  sort: 'the list of services',
  folder: /^overlays\/[^/]+\/services$/,
  allowed: ['resources'],
}
const shared: Sort = {
  sort: 'what all services share',
  folder: /^overlays\/[^/]+\/shared$/,
  allowed: ['components', 'patches'],
}
const serviceBase: Sort = {
  sort: 'the base of a service',
  folder: /^base\/services\/([^/]+)$/,
  allowed: ['resources'],
}
const sharedBase: Sort = {
  sort: 'what all environments share',
  folder: /^base\/shared$/,
  allowed: ['configurations', 'patches'],
}
const cluster: Sort = { sort: 'a cluster', folder: /^clusters\/[^/]+$/, allowed: ['resources', 'patches'] }
const wavesList: Sort = { sort: 'the list of waves', folder: /^apps$/, allowed: ['resources'] }

const ofServices = [serviceOverlay, servicesList, shared, serviceBase, sharedBase]
const sorts = [...ofServices, cluster, wavesList]

/** Takes a folder, returns what it is, told by where it stands; undefined where any field may stand that is refused nowhere. */
export const sortOf = (folder: string): Sort | undefined => sorts.find((sort) => sort.folder.test(folder))

/** Takes the folder of a build, returns the service it is the overlay of, if it is one. */
export const overlaidService = (folder: string): string | undefined => serviceOverlay.folder.exec(folder)?.[1]

/** Takes a folder, returns the service it is the base of, if it is one. */
export const baseOf = (folder: string): string | undefined => serviceBase.folder.exec(folder)?.[1]

/** Takes the folder of a build, returns whether it is the list of an environment's services. */
export const isServicesList = (folder: string): boolean => servicesList.folder.test(folder)

/** Takes a folder, returns whether it holds what all services of an environment share. */
export const isShared = (folder: string): boolean => shared.folder.test(folder)

/** Takes a folder, returns whether it holds services or what they share. */
export const isOfServices = (folder: string): boolean => ofServices.some((sort) => sort.folder.test(folder))
