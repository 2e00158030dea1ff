const en = {
  open: 'Import',
  title: 'Import a CSV file',
  kind: 'What the file has',
  kinds: { stock: 'Counted stock', products: 'Products' },
  file: 'File (CSV, also .gz)',
  lead: {
    stock: 'A header with sku and countedQty, and a row for each product. Each count sets what lies on the shelf.',
    products:
      'A header with sku, name, priceAmount (minor units) and currency, ' +
      'and a row for each product. A known SKU is changed.',
  },
  check: 'Check the file',
  checking: 'Checking…',
  submit: 'Import',
  wouldBe: 'Nothing is written yet.',
  done: 'Imported.',
  counts: (rows: number, changed: number, same: number, failed: number) =>
    `${rows} rows: ${changed} change something, ${same} change nothing, ${failed} are refused.`,
  errors: 'Refused rows',
  line: 'Line',
  sku: 'SKU',
  problem: 'Problem',
};

const ko: typeof en = {
  open: '가져오기',
  title: 'CSV 파일 가져오기',
  kind: '파일 내용',
  kinds: { stock: '실사 재고', products: '상품' },
  file: '파일 (CSV, .gz 포함)',
  lead: {
    stock: '첫 줄은 sku와 countedQty, 상품마다 한 줄. 각 실사 수량이 선반 수량이 됩니다.',
    products: '첫 줄은 sku, name, priceAmount(최소 단위), currency, 상품마다 한 줄. 있는 SKU는 변경됩니다.',
  },
  check: '파일 확인',
  checking: '확인 중…',
  submit: '가져오기',
  wouldBe: '아직 아무것도 저장하지 않았습니다.',
  done: '가져왔습니다.',
  counts: (rows, changed, same, failed) => `${rows}줄: 변경 ${changed}, 그대로 ${same}, 거절 ${failed}.`,
  errors: '거절된 줄',
  line: '줄',
  sku: '상품 코드 (SKU)',
  problem: '문제',
};

export const importTexts = { en, ko };
