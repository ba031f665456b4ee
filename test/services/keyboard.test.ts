import { expect, test } from "vitest";
import { keyboard } from "../../src/services/keyboard.ts";
import { settingsOf } from "./read.ts";

test.each([
  [
    { "/etc/vconsole.conf": '# c\nKEYMAP="de-nodeadkeys"\nFONT=eurlatgr\n' },
    {
      "console KEYMAP": "de-nodeadkeys @ /etc/vconsole.conf:2",
      "console FONT": "eurlatgr @ /etc/vconsole.conf:3",
    },
  ],
  [
    { "/etc/default/keyboard": 'XKBLAYOUT="ch"\nXKBVARIANT=""\n' },
    { "keyboard XKBLAYOUT": "ch @ /etc/default/keyboard:1" },
  ],
  [{ "/etc/sysconfig/keyboard": "KEYTABLE=fr\n" }, { "console KEYTABLE": "fr @ /etc/sysconfig/keyboard:1" }],
  [{ "/etc/conf.d/keymaps": 'keymap="sv"\n' }, { "console keymap": "sv @ /etc/conf.d/keymaps:1" }],
  [
    {
      "/etc/X11/xorg.conf.d/00-keyboard.conf":
        'Section "InputClass"\n  Identifier "k"\n  Option "XkbLayout" "us,de"\nEndSection\n',
    },
    { "X11 XkbLayout": "us,de @ /etc/X11/xorg.conf.d/00-keyboard.conf:3" },
  ],
])("keyboard of %j", (files, settings) => expect(settingsOf(keyboard, files)).toEqual(settings));
