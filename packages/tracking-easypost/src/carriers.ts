import { comparable } from '@commerce-core/core/tracking';

/** EasyPost's name of a carrier, the further names that its reports have, and the shop's usual spellings. */
type CarrierRow = { name: string; reportedAs?: readonly string[]; spellings?: readonly string[] };

/** https://docs.easypost.com/docs/trackers. Names are compared by `comparable`, so `royal-mail` is `RoyalMail`. */
const carrierRows: readonly CarrierRow[] = [
  { name: 'USPS', reportedAs: ['USPSReturns'], spellings: ['US Postal Service', 'United States Postal Service'] },
  { name: 'UPS', reportedAs: ['UPSDAP', 'UPSSurePost', 'UPSMailInnovations'], spellings: ['United Parcel Service'] },
  {
    name: 'FedEx',
    reportedAs: ['FedExDefault', 'FedExSmartPost', 'FedExGroundEconomy', 'FedExSameDayCity'],
    spellings: ['Federal Express', 'FedEx Express', 'FedEx Ground', 'FedEx Home Delivery'],
  },
  { name: 'DHLExpress', spellings: ['DHL', 'DHL Worldwide Express'] },
  { name: 'DhlEcs', reportedAs: ['DHLGlobalMail', 'DHLEcommerce'], spellings: ['DHL eCommerce'] },
  { name: 'RoyalMail' },
  { name: 'Parcelforce', spellings: ['Parcelforce Worldwide'] },
  { name: 'Evri', reportedAs: ['Hermes'], spellings: ['Hermes', 'Hermes UK'] },
  { name: 'DPD' },
  { name: 'DPDUK' },
  { name: 'LaPoste', spellings: ['Colissimo'] },
  { name: 'PostNL' },
  { name: 'DeutschePost' },
  { name: 'CanadaPost', spellings: ['Postes Canada'] },
  { name: 'Purolator' },
  { name: 'AustraliaPost', spellings: ['AusPost'] },
];

/** What the adapter knows about carriers' names. */
export type CarrierNames = {
  /** EasyPost's name of a carrier; undefined when EasyPost isn't known to track it. */
  nameOf: (shopCarrier: string) => string | undefined;
  /** Whether the shop's spelling means the carrier that a tracker names. */
  isCarrier: (shopCarrier: string, reportCarrier: string) => boolean;
};

/** @param further EasyPost's name by the shop's spelling, for carriers that the table doesn't have; they win over it */
export function carrierNames(further: Readonly<Record<string, string>> = {}): CarrierNames {
  const rowOf = new Map<string, CarrierRow>();
  for (const row of carrierRows)
    for (const text of [row.name, ...(row.spellings ?? [])]) rowOf.set(comparable(text), row);
  for (const [spelling, name] of Object.entries(further)) {
    const row = carrierRows.find((known) => comparable(known.name) === comparable(name)) ?? { name };
    rowOf.set(comparable(spelling), row);
  }
  return {
    nameOf: (shopCarrier) => rowOf.get(comparable(shopCarrier))?.name,
    isCarrier(shopCarrier, reportCarrier) {
      const row = rowOf.get(comparable(shopCarrier));
      const names = row ? [row.name, ...(row.reportedAs ?? [])] : [shopCarrier];
      return names.some((name) => comparable(name) === comparable(reportCarrier));
    },
  };
}
