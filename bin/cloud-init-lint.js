#!/usr/bin/env node
require("./script.js").load("./run.js").loaded.run();
