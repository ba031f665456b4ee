#!/usr/bin/env node
require("./script.js").load().run();
