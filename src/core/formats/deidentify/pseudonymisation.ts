// How one patient's files are de-identified: the same pseudonym, day shift and UIDs every time.

export interface Pseudonymisation {
  /** Stands for the patient's name and number. */
  readonly pseudonym: string;
  /** Days by which dates are moved. */
  readonly dayShift: number;
  /** Another UID, "2.25." and at most 39 digits: the same for the same, not to be traced back. */
  readonly uidFor: (uid: string) => string;
}
