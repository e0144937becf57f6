// Philips' private attributes: found by the name of their block, else in the block that Philips uses.
import type { DicomDataset, DicomTag, Vr } from './dicomFile.ts';
import { dicomTag } from './dicomFile.ts';

/**
 * A private attribute of group 2005. Blocks 10, 11, … are reserved for "Philips MR Imaging DD 001", 002, …; where the
 * creators were removed, the usual block number is taken.
 * @param element e.g. 0x1304 for block 13, element 04
 */
export function philipsTag(dataset: DicomDataset, element: number, vr: Vr): DicomTag {
  const block = element >> 8;
  const creator = `Philips MR Imaging DD ${String(block - 0x0f).padStart(3, '0')}`;
  return dataset.privateTag(0x2005, creator, element & 0xff, vr) ?? dicomTag(0x2005, element, vr);
}

/** A private attribute of group 2001 (frequency, nucleus): block 10, "Philips Imaging DD 001". */
export function philipsImagingTag(dataset: DicomDataset, low: number, vr: Vr): DicomTag {
  return dataset.privateTag(0x2001, 'Philips Imaging DD 001', low, vr) ?? dicomTag(0x2001, 0x1000 + low, vr);
}
