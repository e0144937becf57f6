// A signed version as the page sees it: who, when, which; without its layout.
import type { SignedReportSummary } from '../../core/ports/reportStore.ts';
import type { SignedVersionView } from '../../ipc/contract.ts';

export function versionView(signed: SignedReportSummary): SignedVersionView {
  const { id, analysisId, voxel, version, language, conclusion, signer, signedAt, contentSha256, pdfSha256 } = signed;
  return { id, analysisId, voxel, version, language, conclusion, signer, signedAt, contentSha256, pdfSha256 };
}
