const en = {
  open: 'Paste tracking numbers',
  title: 'tracking numbers for many',
  lead:
    'One line a parcel: the order’s number, its reference or the shipment, then the carrier, ' +
    'then the tracking number. ' +
    'Paste them from a spreadsheet or a file with commas or semicolons. ' +
    'A first line with the names of the columns may put them in another order. ' +
    'Nothing is sent before you have seen what the lines mean.',
  text: 'Tracking numbers',
  carrier: 'Carrier of lines that name none',
  check: 'Check',
  line: 'Line',
  read: 'As it was read',
  reason: 'Why it is not used',
  outcome: 'Outcome',
  nothing: 'Nothing would be dispatched.',
  refused: (count: number) => (count === 1 ? '1 line is not used' : `${count} lines are not used`),
  done: (count: number) =>
    count === 1
      ? '1 parcel has left with its number already.'
      : `${count} parcels have left with their numbers already.`,
  planned: (count: number) => (count === 1 ? '1 shipment would leave' : `${count} shipments would leave`),
  send: (count: number) => (count === 1 ? 'Dispatch 1 shipment' : `Dispatch ${count} shipments`),
  again: (count: number) => `Try the other ${count} again`,
  stop: 'Stop',
  progress: (sent: number, failed: number, all: number) => `${sent} of ${all} dispatched, ${failed} not`,
  outcomes: {
    waiting: 'Not sent',
    sending: 'Sending…',
    sent: 'Dispatched',
    refused: 'Refused',
    unknown: 'No answer',
  },
  bad: {
    columns: () => 'It has other columns than order, carrier and number.',
    name: () => 'It names no order.',
    carrier: () => 'It names no carrier.',
    number: () => 'It has no tracking number.',
    long: () => 'One of its fields is too long.',
    cut: () => 'The spreadsheet has cut the number. Format its column as text.',
    again: (line: number) => `It is the same as line ${line}.`,
    taken: (line: number) => `Line ${line} has the same number for another order.`,
    tooMany: () => 'A text has 1,000 lines at most. Paste the rest afterwards.',
  },
  idle: {
    unknown: 'No shipment has that name.',
    left: 'The shipment has left with another number, or was canceled.',
    several: 'Several shipments of this order wait. Name the shipment by its id.',
    parcels: 'A shipment has 50 parcels at most.',
    done: 'It has left with this number already.',
  },
};

const ko: typeof en = {
  open: '운송장 번호 붙여넣기',
  title: '운송장 번호 한꺼번에 입력',
  lead:
    '한 줄에 상자 하나: 주문 번호나 참조 번호 또는 출고 ID, 택배사, 운송장 번호 순서입니다. 스프레드시트나 쉼표·세미콜론 파일에서 ' +
    '붙여넣으세요. 첫 줄에 열 이름이 있으면 순서가 달라도 됩니다. 내용을 확인하기 전에는 아무것도 보내지 않습니다.',
  text: '운송장 번호',
  carrier: '택배사가 없는 줄의 택배사',
  check: '확인',
  line: '줄',
  read: '읽은 내용',
  reason: '쓰지 않는 이유',
  outcome: '결과',
  nothing: '발송할 것이 없습니다.',
  refused: (count) => `${count}줄은 쓰지 않습니다`,
  done: (count) => `상자 ${count}개는 이미 이 번호로 발송되었습니다.`,
  planned: (count) => `${count}건을 발송합니다`,
  send: (count) => `${count}건 발송`,
  again: (count) => `나머지 ${count}건 다시 시도`,
  stop: '중지',
  progress: (sent, failed, all) => `${all}건 중 ${sent}건 발송, ${failed}건 실패`,
  outcomes: { waiting: '보내지 않음', sending: '보내는 중…', sent: '발송됨', refused: '거절됨', unknown: '응답 없음' },
  bad: {
    columns: () => '주문, 택배사, 번호가 아닌 열이 있습니다.',
    name: () => '주문이 없습니다.',
    carrier: () => '택배사가 없습니다.',
    number: () => '운송장 번호가 없습니다.',
    long: () => '너무 긴 값이 있습니다.',
    cut: () => '스프레드시트가 번호를 줄였습니다. 열 서식을 텍스트로 바꾸세요.',
    again: (line) => `${line}번째 줄과 같습니다.`,
    taken: (line) => `${line}번째 줄에서 다른 주문에 같은 번호를 썼습니다.`,
    tooMany: () => '한 번에 1,000줄까지입니다. 나머지는 나중에 붙여넣으세요.',
  },
  idle: {
    unknown: '해당하는 출고가 없습니다.',
    left: '다른 번호로 이미 발송되었거나 취소되었습니다.',
    several: '이 주문에는 대기 중인 출고가 여럿입니다. 출고 ID를 적으세요.',
    parcels: '출고 하나에 상자는 50개까지입니다.',
    done: '이미 이 번호로 발송되었습니다.',
  },
};

export const numbersTexts = { en, ko };
