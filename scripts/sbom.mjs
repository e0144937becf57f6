// The package's bill of materials, as CycloneDX 1.6 in JSON: every part of components.json, Electron as it was packaged, the
// networks and the basis sets with their SHA-256.
import { createRequire } from 'node:module';
import path from 'node:path';

const { Enums, Models, Serialize, Spec, Validation } = createRequire(import.meta.url)('@cyclonedx/cyclonedx-library');

/** Of the specification and of the document's checker alike. */
const VERSION = Spec.Version.v1dot6;

function licensed(component, expression) {
  component.licenses.add(
    / (AND|OR|WITH) /.test(expression) ? new Models.LicenseExpression(expression) : new Models.SpdxLicense(expression),
  );
  return component;
}

/** Of the package URL's specification: '@' of a scope is escaped. */
function packageUrl(kind, name, version) {
  if (kind === 'npm') return `pkg:npm/${name.replace('@', '%40')}@${version}`;
  if (kind === 'crate') return `pkg:cargo/${name}@${version}`;
  return `pkg:generic/${encodeURIComponent(name)}@${version}`;
}

function softwareComponent({ name, version, licence, kind }) {
  const purl = packageUrl(kind, name, version);
  const type = name === 'Electron' ? Enums.ComponentType.Framework : Enums.ComponentType.Library;
  return licensed(new Models.Component(type, name, { version, bomRef: purl, purl }), licence);
}

/** Networks, basis sets, and the files that belong to them. */
function dataComponent([file, sha256], version) {
  const type = file.endsWith('.onnx') ? Enums.ComponentType.MachineLearningModel : Enums.ComponentType.Data;
  const hashes = new Models.HashDictionary([[Enums.HashAlgorithm['SHA-256'], sha256]]);
  const component = new Models.Component(type, path.posix.basename(file), {
    version,
    bomRef: `resources/${file}`,
    hashes,
  });
  return licensed(component, 'MIT');
}

/**
 * @param {object} options
 * @param {string} options.version of Lineshape
 * @param {string} options.electronVersion as packaged
 * @param {import('./components.mjs').Component[]} options.components as the build wrote them
 * @param {Record<string, string>} options.manifest SHA-256 of models and basis sets by their path in `resources`
 * @returns {string} the document
 */
export function billOfMaterials({ version, electronVersion, components, manifest }) {
  const app = licensed(
    new Models.Component(Enums.ComponentType.Application, 'Lineshape', { version, bomRef: 'lineshape' }),
    'MIT',
  );
  const bom = new Models.Bom();
  bom.metadata.component = app;
  const made = new Map();
  const held = new Map();
  for (const component of components) {
    const own = component.name === 'Electron' ? { ...component, version: electronVersion } : component;
    const one = softwareComponent(own);
    // What is part of a library stands behind a name that only one package has.
    if (component.partOf === null) made.set(component.name, one);
    (held.get(component.partOf) ?? held.set(component.partOf, []).get(component.partOf)).push(one);
    bom.components.add(one);
  }
  for (const [holder, parts] of held)
    for (const { bomRef } of parts) (holder === null ? app : made.get(holder)).dependencies.add(bomRef);
  for (const entry of Object.entries(manifest)) {
    const component = dataComponent(entry, version);
    bom.components.add(component);
    app.dependencies.add(component.bomRef);
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.SpecVersionDict[VERSION]));
  return serializer.serialize(bom, { sortLists: true, space: 1 });
}

/**
 * Checks a document against the schema of CycloneDX 1.6.
 * @param {string} text
 * @returns {Promise<unknown>} what is wrong, null where nothing is
 */
export const billProblems = (text) => new Validation.JsonStrictValidator(VERSION).validate(text);
