// Where the chemical shifts and couplings come from; the JSON files name these keys.

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
    identifier: 'doi:10.1002/mrm.24572',
  },
  choi2012: {
    citation:
      'Choi C, Ganji SK, DeBerardinis RJ, et al. 2-Hydroxyglutarate detection by magnetic resonance spectroscopy in IDH-mutated patients with gliomas. Nat Med 2012;18:624-629.',
    identifier: 'doi:10.1038/nm.2682',
  },
  deGraaf2019: {
    citation: 'de Graaf RA. In Vivo NMR Spectroscopy: Principles and Techniques. 3rd ed. Wiley; 2019, chapter 2.',
    identifier: 'isbn:978-1-119-38251-5',
  },
};
