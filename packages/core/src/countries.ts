import { z } from 'zod';
import { withJsonShape } from './json-shape.ts';

// ISO 3166-1 alpha-2, officially assigned (https://www.iso.org/iso-3166-country-codes.html), and XK for Kosovo, which
// carriers and the EU use.
const codes = `
  AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
  CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
  GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
  KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
  MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
  SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
  UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW`;

// Countries and territories that have no postal codes, or hardly use them, by the Universal Postal Union
// (https://www.upu.int/en/postal-solutions/programmes-services/addressing-solutions).
const codesWithoutPostalCode = `
  AE AG AO AW BF BI BJ BO BQ BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA GD GH GM GN GQ GY HK IE JM KI KM KN KP LC LY
  ML MO MR MW NA NR NU PA QA RW SB SC SL SO SR SS ST SX SY TD TF TG TK TL TO TV UG UM VU WS YE ZM ZW`;

// A city that is a country: its addresses need not name it once more.
const codesWithoutCity = 'GI HK MC MO SG VA';

// Carriers refuse addresses there that name no state or province.
const codesWithRegion = 'AU CA US';

const setOf = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));
const countries = setOf(codes);
const withoutPostalCode = setOf(codesWithoutPostalCode);
const withoutCity = setOf(codesWithoutCity);
const withRegion = setOf(codesWithRegion);

/** The code of a country: ISO 3166-1 alpha-2, in capitals. */
export const country = withJsonShape(
  z.string().refine((code) => countries.has(code), 'must be the code of a country, like KR'),
  {
    kind: 'written',
    schema: { type: 'string', pattern: '^[A-Z]{2}$', description: 'The code of a country: ISO 3166-1 alpha-2.' },
  },
);

/** The fields that an address in this country must have, besides the name and the first line. */
export function fieldsNeededIn(country: string): ('city' | 'region' | 'postalCode')[] {
  return [
    ...(withoutCity.has(country) ? [] : (['city'] as const)),
    ...(withRegion.has(country) ? (['region'] as const) : []),
    ...(withoutPostalCode.has(country) ? [] : (['postalCode'] as const)),
  ];
}
