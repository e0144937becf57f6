// A data set that goes over the line as the bytes it is given as: the library would decode and encode it again, and what it
// doesn't know (vendors' private elements) would change on the way.
import { Dataset } from './dimseLibrary.ts';

export class RawDataset extends Dataset {
  readonly #bytes: Uint8Array;

  /**
   * @param bytes encoded by this transfer syntax
   * @param names what a C-STORE request says of it
   */
  constructor(
    bytes: Uint8Array,
    transferSyntaxUid: string,
    names: { readonly SOPClassUID?: string; readonly SOPInstanceUID?: string } = {},
  ) {
    super({ ...names }, transferSyntaxUid);
    this.#bytes = bytes;
  }

  /** @returns the bytes, whatever the library asks for */
  override getDenaturalizedDataset(): Buffer {
    return Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.byteLength);
  }
}
