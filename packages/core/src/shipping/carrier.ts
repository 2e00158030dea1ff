/** A parcel's number at its carrier. */
export type TrackingNumber = { carrier: string; trackingNumber: string };

/**
 * A carrier's name or a tracking number as it is compared: without blanks, dots, hyphens, underscores and slashes, and
 * with A to Z in lower case. So `Royal Mail` is `royal-mail`, and `6890 1234` is `6890-1234`. Letters outside A to Z
 * stay as they are. The unique index `parcels_one_live` compares in the same way.
 */
export const comparable = (text: string): string =>
  text.replaceAll(/[ .\-_/]/g, '').replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether two numbers are the same number of the same carrier. */
export const isSameNumber = (a: TrackingNumber, b: TrackingNumber): boolean =>
  comparable(a.carrier) === comparable(b.carrier) && comparable(a.trackingNumber) === comparable(b.trackingNumber);

const cjLogistics = 'https://trace.cjlogistics.com/next/tracking.html?wblNo=';
const koreaPost = 'https://service.epost.go.kr/trace.RetrieveDomRigiTraceList.comm?sid1=';
const hanjin = 'https://www.hanjin.com/kor/CMS/DeliveryMgr/WaybillResult.do?mCode=MN038&schLang=KR&wblnumText2=';
const lotte = 'https://www.lotteglogis.com/home/reservation/tracking/linkView?InvNo=';
const laPoste = 'https://www.laposte.fr/outils/suivre-vos-envois?code=';

/** The beginning of each carrier's page about a parcel, by the carrier's comparable name. The number follows. */
const trackingPages: Readonly<Record<string, string>> = {
  dhl: 'https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id=',
  dhlexpress: 'https://www.dhl.com/global-en/home/tracking.html?submit=1&tracking-id=',
  ups: 'https://www.ups.com/track?tracknum=',
  fedex: 'https://www.fedex.com/fedextrack/?trknbr=',
  usps: 'https://tools.usps.com/go/TrackConfirmAction?tLabels=',
  dpd: 'https://tracking.dpd.de/status/en_US/parcel/',
  gls: 'https://gls-group.com/GROUP/en/parcel-tracking?match=',
  royalmail: 'https://www.royalmail.com/track-your-item#/tracking-results/',
  laposte: laPoste,
  colissimo: laPoste,
  canadapost: 'https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor=',
  cjlogistics: cjLogistics,
  cj: cjLogistics,
  cj대한통운: cjLogistics,
  대한통운: cjLogistics,
  koreapost: koreaPost,
  epost: koreaPost,
  우체국: koreaPost,
  우체국택배: koreaPost,
  hanjin,
  한진택배: hanjin,
  lotte,
  롯데택배: lotte,
};

/** The carrier's page about a parcel; null when the carrier isn't known here. */
export function trackingUrlOf({ carrier, trackingNumber }: TrackingNumber): string | null {
  const name = comparable(carrier);
  if (!Object.hasOwn(trackingPages, name)) return null;
  // Carriers' pages take a number without the blanks that people write into it.
  return `${trackingPages[name]}${encodeURIComponent(trackingNumber.replaceAll(' ', ''))}`;
}
