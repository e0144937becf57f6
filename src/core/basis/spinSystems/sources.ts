// Where the chemical shifts, couplings and concentrations come from; the JSON files name these keys.

export interface SpinSystemSource {
  readonly citation: string;
  /** DOI, ISBN for a book, or the journal's volume and page. */
  readonly identifier: string;
}

export const SPIN_SYSTEM_SOURCES: Readonly<Record<string, SpinSystemSource>> = {
  govindaraju2000: {
    citation:
      'Govindaraju V, Young K, Maudsley AA. Proton NMR chemical shifts and coupling constants for brain metabolites. NMR Biomed 2000;13:129-153.',
    identifier: 'doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V',
  },
  govindaraju2000Analogy: {
    citation:
      'Assumed: the coupling of the same fragment of glutathione (its cysteine) or glutamine (its side chain) in Govindaraju V, Young K, Maudsley AA, NMR Biomed 2000;13:129-153, for want of a published measurement on the molecule itself.',
    identifier: 'doi:10.1002/1099-1492(200005)13:3<129::AID-NBM619>3.0.CO;2-V',
  },
  govindaraju2015: {
    citation:
      'Govind V, Young K, Maudsley AA. Corrigendum: Proton NMR chemical shifts and coupling constants for brain metabolites. NMR Biomed 2015;28:923-924.',
    identifier: 'doi:10.1002/nbm.3336',
  },
  terpstra2006: {
    citation:
      'Terpstra M, Marjanska M, Henry PG, Tkac I, Gruetter R. Detection of an antioxidant profile in the human brain in vivo via double editing with MEGA-PRESS. Magn Reson Med 2006;56:1192-1199.',
    identifier: 'Magn Reson Med 2006;56(6):1192',
  },
  near2013: {
    citation:
      'Near J, Evans CJ, Puts NAJ, Barker PB, Edden RAE. J-difference editing of gamma-aminobutyric acid (GABA): simulated and experimental multiplet patterns. Magn Reson Med 2013;70:1183-1191.',
    identifier: 'Magn Reson Med 2013;70(5):1183',
  },
  kaiser2010: {
    citation:
      'Kaiser LG, Marjanska M, Matson GB, Iltis I, Bush SD, Soher BJ, Mueller S, Young K. 1H MRS detection of glycine residue of reduced glutathione in vivo. J Magn Reson 2010;202:259-266.',
    identifier: 'J Magn Reson 2010;202(2):259',
  },
  krawczyk2003: {
    citation:
      'Krawczyk H, Gradowska W. Characterisation of the 1H and 13C NMR spectra of N-acetylaspartylglutamate and its detection in urine from patients with Canavan disease. J Pharm Biomed Anal 2003;31:455-463.',
    identifier: 'J Pharm Biomed Anal 2003;31(3):455',
  },
  bal2002: {
    citation:
      'Bal D, Gryff-Keller A. 1H and 13C NMR study of 2-hydroxyglutaric acid and its lactone. Magn Reson Chem 2002;40:533-536.',
    identifier: 'Magn Reson Chem 2002;40(8):533',
  },
  choi2012: {
    citation:
      'Choi C, Ganji SK, DeBerardinis RJ, et al. 2-Hydroxyglutarate detection by magnetic resonance spectroscopy in subjects with IDH-mutated gliomas. Nat Med 2012;18:624-629, supplement.',
    identifier: 'Nat Med 2012;18(4):624',
  },
  vanDerGraaf1996: {
    citation:
      'van der Graaf M, Heerschap A. Effect of cation binding on the proton chemical shifts and the spin-spin coupling constant of citrate. J Magn Reson B 1996;112:58-62.',
    identifier: 'J Magn Reson B 1996;112(1):58',
  },
  bmrb: {
    citation: 'Biological Magnetic Resonance Data Bank, metabolomics entry bmse000297 (ethanol).',
    identifier: 'bmse000297',
  },
  hmdb: {
    citation: 'Human Metabolome Database, entry HMDB0000099 (L-cystathionine), 1H NMR in water at pH 7.',
    identifier: 'HMDB0000099',
  },
  deGraaf2019: {
    citation: 'de Graaf RA. In Vivo NMR Spectroscopy: Principles and Techniques. 3rd ed. Wiley; 2019, chapter 2.',
    identifier: 'isbn:978-1-119-38251-5',
  },
  fidA2017: {
    citation:
      'Simpson R, Devenyi GA, Jezzard P, Hennessy TJ, Near J. Advanced processing and simulation of MRS data using the FID appliance (FID-A), an open source, MATLAB-based toolkit. Magn Reson Med 2017;77:23-33: its table of spin systems.',
    identifier: 'doi:10.1002/mrm.26091',
  },
  lcmodelManual: {
    citation: "Provencher SW. LCModel & LCMgui User's Manual, version 6.3: PPMREF and WCONC.",
    identifier: 'LCModel manual 6.3',
  },
  pouwels1997: {
    citation:
      'Pouwels PJW, Frahm J. Differential distribution of NAA and NAAG in human brain as determined by quantitative localized proton MRS. NMR Biomed 1997;10:73-78.',
    identifier: 'doi:10.1002/(SICI)1099-1492(199704)10:2<73::AID-NBM448>3.0.CO;2-4',
  },
  chen2023: {
    citation:
      'Chen D, Lin M, Liu H, et al. Magnetic resonance spectroscopy quantification aided by deep estimations of imperfection factors and macromolecular signal. IEEE Trans Biomed Eng 2024, section III (QNet): ranges in normal human brain, collected from the literature.',
    identifier: 'IEEE Trans Biomed Eng 2024 (QNet)',
  },
  shamaei2023: {
    citation:
      'Shamaei A, Starcukova J, Starcuk Z. Physics-informed deep learning approach to quantification of human brain metabolites from magnetic resonance spectroscopy data. Comput Biol Med 2023;158:106837: its ranges for simulated human brain.',
    identifier: 'Comput Biol Med 2023;158:106837',
  },
};
