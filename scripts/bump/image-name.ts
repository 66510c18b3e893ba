import { parseImage } from '../../plugin/image.ts'

/** Takes an image, returns it without tag and digest. */
export const repositoryOf = (image: string): string => parseImage(image).repository

/** Takes a name under `images:`, returns whether Kustomize reads it as a pattern that matches more than one image. */
export function isPattern(name: string): boolean {
  return /[^\w./:@-]/.test(name)
}

/** Takes a name under `images:` and an image, returns whether Kustomize matches them: a dot stands for any character. */
export function matchesImage(name: string, image: string): boolean {
  return name.length === image.length && [...name].every((letter, i) => letter === '.' || letter === image[i])
}
