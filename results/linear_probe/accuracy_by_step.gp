# Accuracy of linear probes across training, a line a layer.
# 'gnuplot accuracy_by_step.gp', here, draws accuracy_by_step.svg and accuracy_by_step.pdf from accuracy_by_step.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'accuracy_by_step.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,216 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,2.25in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'accuracy_by_step.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN

set lmargin at screen 0.125783
set rmargin at screen 0.797897
set tmargin at screen 0.901235
set bmargin at screen 0.160494
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
unset logscale y
set xrange [-0.015:1.015]
set yrange [0:1.0275]
set xtics ('0' 0, '30' 0.0972905, '100' 0.231088, '300' 0.353176, '1000' 0.486973, '200' 0.7544, 'main' 1) noenhanced
set ytics ('0' 0, '0.2' 0.2, '0.4' 0.4, '0.6' 0.6, '0.8' 0.8, '1.0' 1) noenhanced
unset label
unset arrow
set label 'optimiser step' at graph 0.5, screen 0.037037 center noenhanced
set label 'accuracy held out' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set arrow from first 0.5888, graph 0 to first 0.5888, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'stage 2' at first 0.5888, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set arrow from graph 0.985437, graph 0.881995 to graph 1.04322, graph 0.666667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#440154' back
set label 'embedding' at graph 1.05556, graph 0.666667 left noenhanced textcolor rgb '#2F003A'
set arrow from graph 0.985437, graph 0.881995 to graph 1.04322, graph 0.733333 nohead linewidth 0.4 dashtype 1 linecolor rgb '#433880' back
set label 'layer 0' at graph 1.05556, graph 0.733333 left noenhanced textcolor rgb '#2E2759'
set arrow from graph 0.985437, graph 0.881995 to graph 1.04322, graph 0.8 nohead linewidth 0.4 dashtype 1 linecolor rgb '#32678E' back
set label 'layer 1' at graph 1.05556, graph 0.8 left noenhanced textcolor rgb '#234863'
set arrow from graph 0.985437, graph 0.942822 to graph 1.04322, graph 0.866667 nohead linewidth 0.4 dashtype 1 linecolor rgb '#33B57B' back
set label 'layer 3' at graph 1.05556, graph 0.866667 left noenhanced textcolor rgb '#237E56'
set arrow from graph 0.985437, graph 0.942822 to graph 1.04322, graph 0.933333 nohead linewidth 0.4 dashtype 1 linecolor rgb '#89D447' back
set label 'final norm' at graph 1.05556, graph 0.933333 left noenhanced textcolor rgb '#5F9431'
set arrow from graph 0.985437, graph 0.973236 to graph 1.04322, graph 1 nohead linewidth 0.4 dashtype 1 linecolor rgb '#238E8C' back
set label 'layer 2' at graph 1.05556, graph 1 left noenhanced textcolor rgb '#186362'
plot \
    'accuracy_by_step.csv' using (of(1, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(2, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#433880' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(3, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#32678E' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(4, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#238E8C' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(5, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#33B57B' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(6, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(7, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(8, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#433880' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(9, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#32678E' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(10, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#238E8C' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(11, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#33B57B' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(12, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(13, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(14, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#433880' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(15, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#32678E' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(16, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#238E8C' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(17, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#33B57B' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(18, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(19, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(20, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#433880' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(21, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#32678E' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(22, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#238E8C' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(23, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#33B57B' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(24, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(25, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#440154' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(26, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#433880' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(27, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#32678E' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(28, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#238E8C' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(29, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#33B57B' dashtype 1 notitle, \
    'accuracy_by_step.csv' using (of(30, cell('position'))):(cell('accuracy')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#89D447' dashtype 1 notitle
set output
