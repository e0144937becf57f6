// Reports as DICOM objects in the study host: what is printed comes from the main process, of a signed version what was
// signed.
import type { BaseServices, ReportObjects } from './services.ts';
import type { MainRequests } from './mainRequests.ts';

export function reportObjectsBy(_services: BaseServices, _print: MainRequests['print']): ReportObjects {
  throw new Error('merge wip/c');
}
