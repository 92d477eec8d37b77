/* settings.ts - 설정 화면. */
export const settings = {
  'theme.system': '기기 설정', 'theme.light': '밝게', 'theme.dark': '어둡게',
  'password.old': '지금 비밀번호', 'password.new': '새 비밀번호', 'password.again': '새 비밀번호 다시',
  'password.help': '12자 이상이어야 합니다.', 'password.differs': '위와 다릅니다',
  'password.change': '비밀번호 바꾸기', 'password.done': '비밀번호를 바꾸었습니다. 다른 기기는 로그아웃되었습니다.',
} as const;
