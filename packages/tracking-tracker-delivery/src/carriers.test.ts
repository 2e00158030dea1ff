import { describe, expect, test } from 'vitest';
import { carrierIdOf } from './carriers.ts';

describe("the shop's spelling of a carrier", () => {
  test.each([
    [
      'kr.cjlogistics',
      ['CJ대한통운', 'CJ 대한통운', '대한통운', 'cj', 'CJ Logistics', 'cj-logistics', 'kr.cjlogistics'],
    ],
    ['kr.epost', ['우체국', '우체국택배', 'Korea Post', 'ePost', 'kr.epost']],
    ['kr.hanjin', ['한진', '한진택배', 'Hanjin', 'HANJIN', 'kr.hanjin']],
    ['kr.lotte', ['롯데', '롯데택배', 'Lotte', 'kr.lotte']],
    ['kr.logen', ['로젠', '로젠택배', 'Logen', 'kr.logen']],
    ['kr.coupangls', ['kr.coupangls', ' kr.coupangls ']],
  ])('%s is written %j', (id, spellings) => {
    for (const spelling of spellings) expect(carrierIdOf(spelling), spelling).toBe(id);
  });

  test.each(['DHL', 'UPS', 'de.dhl', 'kr.', 'kr.x"}', 'constructor', '__proto__', ''])(
    '%j is not known',
    (spelling) => {
      expect(carrierIdOf(spelling)).toBeUndefined();
    },
  );
});
