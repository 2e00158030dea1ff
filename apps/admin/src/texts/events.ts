const en = {
  title: 'Events',
};

const ko: typeof en = {
  title: '이벤트',
};

export const eventsTexts = { en, ko };
