// The control parameters LCModel 6.3 knows: kind, extent and, for text, length. Source: namelist LCMODL and the declarations
// of the public source of LCModel 6.3 (nml_lcmodl.inc, lcmodel.inc).

export type NamelistKind = 'logical' | 'integer' | 'real' | 'text';

export interface NamelistKey {
  readonly kind: NamelistKind;
  /** Extents of an array's subscripts; empty for a single value. */
  readonly extents: readonly number[];
  /** Longest text. */
  readonly length: number;
}

/** name[(extents)][*length] */
const DECLARATIONS: Readonly<Record<NamelistKind, string>> = {
  logical: `absval accept_alpbmn accept_step2 areaba_orig_basisf asymlp badref bascal basout ccntrl chksim conc3f doecc
    dofull dorefs(2) dowatr dows dozero(3) eccdon endpha fixshf forecc gauss_rt2 gshgua landsc ldump(10) nobase nobasi
    onlyco plprft quick reflac roomt scasim sidump(100) sitayl(100) skip_step3 smtail subbas unsupr useany useglc usemxb
    usinfl vitro year4d`,
  integer: `iareaw iauto iaverg icolen icolsk(64) icolst idgppm idump(3) ietcou imethd incsmx ipage2 ipdump ipowph ipowrg
    irowen irowsk(64) irowst isdbol islice iter_dump key(64) lbasis lcoord lcoraw lcsi_sav_1 lcsi_sav_2 lcsv lh2o lprint
    lps lraw ltable mdalpb mdegp3 mermes mfndal minter(3) miter(3) mnsamp mpower mrepha(2) n1hmet nback(2) nbas_ccf nbckmn
    ncalib nchgam nchles nchlin(2) ncombi ndcols ndegz(2) ndgppm(2) ndrows ndslic neach next2 ngrsh nkeep nlshap nnolsh
    nnorat nomit nnot1 nnot2 nratio nrefpk(2) nrf2mn nsdsh nsdt2 nshift nsidmn nsidmx nsimul nsubtk ntitle nunfil nuse1
    nvoxsk nwsend nwsst`,
  real: `power(3) alext2(100) alpbmn alpbmx alpbpn alpbst alphab_dump alphas_dump alpsmn alpsmx alpsst alsdsh(100)
    alsdt2(100) atth2o attmet bwtolr conrel cosmin(3) ddegp3 ddgpmq(2) ddgzmq(2) deext2 degmax(2) degppm degzer deltat
    desdsh desdt2 dfldmq dgppmn dgppmx dkngam dkntmn(2) dshpat(2,2) echot exrt2(100) fcalib fcsum fh2omx fmain_power
    fother_power frepha fstpmq fwhh2o fwhmba fwhmmn fwhmmx fwhmsm fwhmst hifmm hwdwat(2) hzpgam(2) hzpppm hzref(10,2)
    pageht pagewd pmqst(3) pmqstl(3) pnalpb ppmbas(2) ppmend ppmcen ppmend_phalip ppmgap(2,10) ppmh2o ppmmet(4,100)
    ppmpos(2) ppmref(10,2) ppmsep(10) ppmshf ppmsig(2) ppmst ppmst_phalip ppm_truncate_max ppm_truncate_min
    ppm_water_range ppm_water_tol prmnmx(2,3) ptlabl ptoutp pttitl ralimn ralinc r_areaba ratipm rbackg(2) rbasmx(2)
    rconvr(3) rdalpb rfwbas rfwhcc rfwhm rfwhmst_ccf rfwhst rgbbol(3) rgberr(3) rgblin(3,6) rgbrat(3) rhlabl rhoutp rhtitl
    rhvers rincrs(3) rincsh rlesmo rlrntz rmqdec(3) rmqinc(2,3) rpenmx rpmqmn(3) rpowmq rrt2mq rsdgp3 rsdsam(3) rsdsmq
    rshfmq rstpmn(3) rstpmx(3) rwfont sddegp sddegz sdgrsh(40) sdmshf sdshmn sdshmx sdsmoo(4) shifmn(2) shifmx(2) thrlin
    wconc wdline(6) wsppm xleft xright xstep xtrpmx ybott ytop`,
  text: `chbcal*6 chcali(100)*6 chcol*9 chcomb(100)*350 chcom2(100)*350 chext2(100)*6 chgam*16 chgrsh(40)*6 chkeep(500)*6
    chless(100)*6 chlsha(100)*6 chmore*6 chnols(500)*6 chnot1(500)*6 chnot2(500)*6 chomit(100)*6 chpmet(100)*6
    chrato(100)*264 chrow*9 chsdsh(100)*6 chsdt2(100)*6 chsimu(100)*528 chslic*9 chuse1(500)*6 filbas*255 filcoo*255
    filcor*255 filcsi_sav_1*255 filcsi_sav_2*255 filcsv*255 filh2o*255 filpri*255 filps*255 filraw*255 filtab*255
    nameac(100)*6 namrel*350 norato(100)*6 owner*120 pgnorm*2 savdir*255 sptype*16 srch2o*255 srcraw*255 synus1(2,100)*6
    title*244 wsmet*6`,
};

function declared(): Map<string, NamelistKey> {
  const keys = new Map<string, NamelistKey>();
  for (const [kind, names] of Object.entries(DECLARATIONS)) {
    for (const declaration of names.split(/\s+/)) {
      const match = /^(\w+)(?:\(([\d,]+)\))?(?:\*(\d+))?$/.exec(declaration) as RegExpExecArray;
      keys.set(match[1] as string, {
        kind: kind as NamelistKind,
        extents: match[2]?.split(',').map(Number) ?? [],
        length: Number(match[3] ?? 0),
      });
    }
  }
  return keys;
}

/** Lower-case name → what LCModel takes for it. */
export const NAMELIST_KEYS: ReadonlyMap<string, NamelistKey> = declared();

/** Arrays of which LCModel uses as many as another key says: array → key of the count. */
export const COUNTED_ARRAYS: ReadonlyMap<string, string> = new Map([
  ['chomit', 'nomit'],
  ['chkeep', 'nkeep'],
  ['chuse1', 'nuse1'],
  ['chcomb', 'ncombi'],
  ['chrato', 'nratio'],
  ['norato', 'nnorat'],
  ['chsimu', 'nsimul'],
  ['chcali', 'ncalib'],
  ['chnot1', 'nnot1'],
  ['chnot2', 'nnot2'],
  ['chnols', 'nnolsh'],
  ['chlsha', 'nlshap'],
  ['chsdsh', 'nsdsh'],
  ['chsdt2', 'nsdt2'],
  ['chext2', 'next2'],
  ['chgrsh', 'ngrsh'],
]);

/** What the scan and the files decide, so that no setting may. */
export const RESERVED_KEYS: ReadonlySet<string> = new Set(
  `key title owner nunfil deltat hzpppm echot ndcols ndrows ndslic icolst icolen irowst irowen islice icolsk irowsk nvoxsk
   iaverg bascal basout filbas filcoo filcor filcsi_sav_1 filcsi_sav_2 filcsv filh2o filpri filps filraw filtab savdir
   srch2o srcraw chcol chrow chslic lbasis lcoord lcoraw lcsi_sav_1 lcsi_sav_2 lcsv lh2o lprint lraw ltable`.split(
    /\s+/,
  ),
);

/**
 * The parameters that say how LCModel analysed, without those that the scan and its files decide: names, titles and places of
 * files may tell who was examined.
 * @param changes upper-case key, with or without subscript → value as text
 */
export function analysisParameters(changes: ReadonlyMap<string, string>): Record<string, string> {
  const kept = [...changes].filter(([key]) => {
    const name = key.replace(/\(.*$/, '').trim().toLowerCase();
    return NAMELIST_KEYS.has(name) && !RESERVED_KEYS.has(name);
  });
  return Object.fromEntries(kept);
}
