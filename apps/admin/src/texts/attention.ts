const en = {
  title: 'Attention',
  lead: 'What waits for a person, by reason.',
  nothing: 'Nothing waits for you.',
  hidden: (scope: string) => `Your key has no scope “${scope}”, so a part is not shown.`,
  more: 'There are more than are shown here.',
  parkedMessages: 'Messages of gateways that could not be applied',
  parkedMessagesAdvice: 'Try a message again when its payment is there, or dismiss it.',
  parkedTracking: 'Messages of carriers that could not be applied',
  parkedTrackingAdvice: 'Try a message again when its parcel is there, or dismiss it.',
  endpoints: 'Webhook endpoints that get nothing',
  endpointsAdvice: 'Repair the receiver, then resume the endpoint.',
  reviews: 'Payments in review',
  reviewsAdvice: 'The gateway took another amount than the order costs. Accept it, or send it back.',
};

const ko: typeof en = {
  title: '확인 필요',
  lead: '사람이 처리해야 할 일을 이유별로 보여 줍니다.',
  nothing: '처리할 일이 없습니다.',
  hidden: (scope) => `키에 “${scope}” 권한이 없어 일부가 보이지 않습니다.`,
  more: '여기에 보이는 것보다 더 있습니다.',
  parkedMessages: '적용하지 못한 PG 메시지',
  parkedMessagesAdvice: '결제가 확인되면 다시 시도하거나, 무시하세요.',
  parkedTracking: '적용하지 못한 택배사 메시지',
  parkedTrackingAdvice: '배송이 확인되면 다시 시도하거나, 무시하세요.',
  endpoints: '전송이 멈춘 웹훅 수신처',
  endpointsAdvice: '수신 서버를 고친 뒤 다시 시작하세요.',
  reviews: '검토 중인 결제',
  reviewsAdvice: 'PG가 주문 금액과 다른 금액을 받았습니다. 승인하거나 돌려보내세요.',
};

export const attentionTexts = { en, ko };
