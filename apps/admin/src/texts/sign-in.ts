const en = {
  title: 'Sign in',
  key: 'API key',
  keyHelp: 'Paste an API key. The page shows and does what its scopes allow.',
  submit: 'Sign in',
  busy: 'Signing in…',
  refused: 'This key or link is not valid. A link works once, within ten minutes.',
  failed: 'The server cannot be reached. Try again.',
  limited: (seconds: number) => `Too many tries. Try again in ${seconds} s.`,
  ended: 'Your session has ended. Sign in again.',
};

const ko: typeof en = {
  title: '로그인',
  key: 'API 키',
  keyHelp: 'API 키를 붙여 넣으세요. 키의 권한에 따라 화면과 동작이 정해집니다.',
  submit: '로그인',
  busy: '로그인 중…',
  refused: '키 또는 링크가 유효하지 않습니다. 링크는 10분 안에 한 번만 쓸 수 있습니다.',
  failed: '서버에 연결할 수 없습니다. 다시 시도하세요.',
  limited: (seconds) => `시도가 너무 많습니다. ${seconds}초 후에 다시 시도하세요.`,
  ended: '세션이 끝났습니다. 다시 로그인하세요.',
};

export const signInTexts = { en, ko };
