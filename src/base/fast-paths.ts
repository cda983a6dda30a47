/**
 * Whether shortcuts are taken: ways that give exactly what the long way gives, or leave the matter to it. The test
 * suite also runs with this file replaced by one that says no, so that both ways are held to the same promises.
 */
export const fastPaths: boolean = true;
