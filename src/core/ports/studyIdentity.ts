// Who a study is of, and for which request it was made, as taken over from the modality worklist.

/** What the modality worklist says of a study, beyond its patient. */
export interface StudyRequest {
  readonly accessionNumber: string | null;
  /** For studies whose files name none. */
  readonly studyInstanceUid: string | null;
}

/** What is taken over; null leaves what is known. */
export interface TakenIdentity extends StudyRequest {
  readonly patient: {
    readonly name: string | null;
    readonly id: string | null;
    /** ISO date. */
    readonly birthDate: string | null;
    readonly sex: string | null;
  };
}

export interface StudyIdentityStore {
  /** What was taken over; null where nothing was. */
  readonly studyRequest: (studyId: string) => StudyRequest | null;
  /**
   * Takes patient and request over, and enters in the audit trail what was changed. Other studies of the patient that the
   * study was filed under stay as they are.
   * @throws StudyDbError NOT_FOUND, or where the study is signed
   */
  readonly takeOverIdentity: (studyId: string, taken: TakenIdentity) => void;
}
