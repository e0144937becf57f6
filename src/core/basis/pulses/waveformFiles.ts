// Reads an RF waveform from a file of any known format, told by its content.
import { isBrukerShape, readBrukerShape } from './brukerWaveform.ts';
import { readPlainWaveform } from './plainWaveform.ts';
import { isPta, readPta } from './ptaWaveform.ts';
import { isVarian, readVarian } from './varianWaveform.ts';
import type { WaveformFile } from './waveformText.ts';
import { waveformText } from './waveformText.ts';

/**
 * @param name base name, for errors and for waveforms without a name of their own
 * @returns the waveform, B1 and gradient relative to their largest; duration and flip angle where the file says them
 * @throws ReaderError for files that are empty, binary, cut short, too long or no RF pulse
 */
export function readWaveformFile(name: string, bytes: Uint8Array): WaveformFile {
  const text = waveformText(name, bytes);
  if (isPta(text)) return readPta(name, text);
  if (isBrukerShape(text)) return readBrukerShape(name, text);
  if (isVarian(text)) return readVarian(name, text);
  return readPlainWaveform(name, text);
}
