/**
 * Loads a package from the folder of peers, beside which the bundled program lies. The name is no literal, so that neither the bundler nor the
 * type checker looks for what may not be installed.
 * @param name of the package
 */
export async function loadPeer<Exports>(name: string): Promise<Exports> {
  const exports: Exports & { default?: Exports } = await import(name);
  return exports;
}
