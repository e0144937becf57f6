// Philips' private stack, by which MRSI grids are placed, on the one real Philips file at hand: a single voxel, whose place
// the golden table of formats-dicom.test.ts has from pydicom 3.0.2.
import { describe, expect, it } from 'vitest';
import type { Warning } from '../../src/core/domain/provenance.ts';
import { parseDicom } from '../../src/core/formats/dicom/index.ts';
import { philipsGridAffine } from '../../src/core/formats/dicom/philipsStack.ts';
import { dataAvailable, realFile } from '../fixtures/realData.ts';

describe.skipIf(!dataAvailable)('the stack of a real Philips file (needs ../shared/data)', () => {
  it('has the off-centres of the selected volume, and no doubt of its public position', () => {
    const { name, bytes } = realFile('tarquin/src/unit_tests/data/SVS.dcm');
    const warnings: Warning[] = [];
    const affine = philipsGridAffine(parseDicom(bytes, name), [1, 1, 1], null, warnings);
    // Grids run toward left, back and head.
    const expected = [-20, 0, 0, -32.171398, 0, -20, 0, -11.839465, 0, 0, 20, 74.386299];
    expected.forEach((v, i) => expect(affine?.[i]).toBeCloseTo(v, 5));
    expect(warnings.map((w) => w.code)).toEqual(['geometry-unverified']);
    expect(warnings[0]?.message).not.toContain('mm from there');
  });
});
