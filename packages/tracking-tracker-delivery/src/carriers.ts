import { comparable } from '@commerce-core/core/tracking';

/** The shop's usual spellings by tracker.delivery's id of the carrier. https://tracker.delivery/docs/tracking-api */
const spellings: Readonly<Record<string, readonly string[]>> = {
  'kr.cjlogistics': ['CJ', 'CJ Logistics', 'CJ대한통운', '대한통운', 'CJ택배', 'Korea Express'],
  'kr.epost': ['Korea Post', 'ePost', '우체국', '우체국택배'],
  'kr.hanjin': ['Hanjin', 'Hanjin Express', '한진', '한진택배'],
  'kr.lotte': ['Lotte', 'Lotte Global Logistics', '롯데', '롯데택배', '롯데글로벌로지스'],
  'kr.logen': ['Logen', 'Ilogen', '로젠', '로젠택배'],
  'kr.kdexp': ['Kyungdong', 'Kyungdong Express', '경동택배'],
  'kr.daesin': ['Daesin', '대신택배'],
  'kr.ilyanglogis': ['Ilyang Logis', '일양로지스', '일양택배'],
  'kr.cvsnet': ['GS Postbox', 'CVSnet', 'GS25 편의점택배', '편의점택배'],
};

const idBySpelling = new Map(
  Object.entries(spellings).flatMap(([id, texts]) => [id, ...texts].map((text) => [comparable(text), id] as const)),
);

/** A shop can also write the id of any Korean carrier: `kr.coupangls`. */
const koreanId = /^kr\.[a-z][a-z0-9.-]{1,60}$/;

/** tracker.delivery's id of a carrier; undefined when it isn't known to be one of those that it tracks. */
export function carrierIdOf(shopCarrier: string): string | undefined {
  const id = shopCarrier.trim();
  return idBySpelling.get(comparable(id)) ?? (koreanId.test(id) ? id : undefined);
}
