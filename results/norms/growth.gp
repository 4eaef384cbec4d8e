# Growth of L2 norms; dotted, the power law fitted after the warm-up.
# 'gnuplot growth.gp', here, draws growth.svg and growth.pdf from growth.csv; datapackage.json describes its columns.
if (!exists('format')) {
    do for [format in 'svg pdf'] { load 'growth.gp' }
    exit
}
reset
set encoding utf8
if (format eq 'svg') {
    set terminal svg size 321,459 font 'Helvetica,9.3' linewidth 1.33 background rgb 'white'
    small = ',8'
    large = ',10'
} else {
    set terminal pdfcairo size 3.34722in,4.77778in font 'Helvetica,7' fontscale 0.75 linewidth 1.5
    small = ',6'
    large = ',7.5'
}
set output 'growth.'.format
set datafile separator comma
set datafile columnheaders
cell(name) = strcol(name) eq '' ? NaN : column(name)
of(line, x) = column('line') == line ? x : NaN
set multiplot

set lmargin at screen 0.134343
set rmargin at screen 0.753408
set tmargin at screen 0.924419
set bmargin at screen 0.575581
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
set logscale y
set xrange [-0.015:1.015]
set yrange [2.77184:122.845]
set xtics ('0' 0, '30' 0.0972905, '100' 0.231088, '300' 0.353176, '1000' 0.486973, '200' 0.7544, 'main' 1) noenhanced
set ytics ('5' 5, '10' 10, '20' 20, '50' 50, '100' 100, '' 3 1, '' 4 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1, '' 30 1, '' 40 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1) enhanced
unset label
unset arrow
set label 'optimiser step' at graph 0.5, screen 0.517442 center noenhanced
set label 'L2 norm' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'attention' at graph 0, graph 1.13333 left noenhanced font large
set arrow from first 0.5888, graph 0 to first 0.5888, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'stage 2' at first 0.5888, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set arrow from graph 0.985437, graph 0.408975 to graph 1.04692, graph 0.315605 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'attention.k' at graph 1.06032, graph 0.315605 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.985437, graph 0.415166 to graph 1.04692, graph 0.382272 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'attention.q' at graph 1.06032, graph 0.382272 left noenhanced textcolor rgb '#004F7C'
set arrow from graph 0.985437, graph 0.419384 to graph 1.04692, graph 0.448939 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'attention.v' at graph 1.06032, graph 0.448939 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.985437, graph 0.42381 to graph 1.04692, graph 0.515605 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'attention.o' at graph 1.06032, graph 0.515605 left noenhanced textcolor rgb '#8E5474'
set arrow from graph 0.985437, graph 0.577358 to graph 1.04692, graph 0.582272 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'attention.norm' at graph 1.06032, graph 0.582272 left noenhanced textcolor rgb '#A16F00'
plot \
    'growth.csv' using (of(63, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#0072B2' dashtype 3 notitle, \
    'growth.csv' using (of(64, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#D55E00' dashtype 3 notitle, \
    'growth.csv' using (of(65, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#009E73' dashtype 3 notitle, \
    'growth.csv' using (of(66, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#CC79A7' dashtype 3 notitle, \
    'growth.csv' using (of(67, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#E69F00' dashtype 3 notitle, \
    'growth.csv' using (of(3, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(4, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(5, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(6, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(7, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'growth.csv' using (of(15, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(16, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(17, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(18, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(19, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'growth.csv' using (of(27, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(28, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(29, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(30, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(31, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'growth.csv' using (of(39, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(40, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(41, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(42, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(43, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'growth.csv' using (of(51, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(52, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(53, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(54, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(55, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle

set lmargin at screen 0.134343
set rmargin at screen 0.753408
set tmargin at screen 0.424419
set bmargin at screen 0.0755814
set border 3 linewidth 0.5
set tics nomirror out scale 0.5,0.25 offset 0,0
set xtics norotate offset 0,0.3
unset logscale x
set logscale y
set xrange [-0.015:1.015]
set yrange [2.77184:122.845]
set xtics ('0' 0, '30' 0.0972905, '100' 0.231088, '300' 0.353176, '1000' 0.486973, '200' 0.7544, 'main' 1) noenhanced
set ytics ('5' 5, '10' 10, '20' 20, '50' 50, '100' 100, '' 3 1, '' 4 1, '' 6 1, '' 7 1, '' 8 1, '' 9 1, '' 30 1, '' 40 1, '' 60 1, '' 70 1, '' 80 1, '' 90 1) enhanced
unset label
unset arrow
set label 'optimiser step' at graph 0.5, screen 0.0174419 center noenhanced
set label 'L2 norm' at screen 0.0290456, graph 0.5 center rotate by 90 noenhanced
set label 'other modules' at graph 0, graph 1.13333 left noenhanced font large
set arrow from first 0.5888, graph 0 to first 0.5888, graph 1.04167 nohead dashtype 3 linewidth 0.7 linecolor rgb '#777777' back
set label 'stage 2' at first 0.5888, graph 1.04167 left noenhanced offset 0.4,0 textcolor rgb '#555555'
set arrow from graph 0.985437, graph 0.558293 to graph 1.04692, graph 0.497101 nohead linewidth 0.4 dashtype 1 linecolor rgb '#56B4E9' back
set label 'norm' at graph 1.06032, graph 0.497101 left noenhanced textcolor rgb '#3C7EA3'
set arrow from graph 0.985437, graph 0.602821 to graph 1.04692, graph 0.563768 nohead linewidth 0.4 dashtype 1 linecolor rgb '#E69F00' back
set label 'mlp.down' at graph 1.06032, graph 0.563768 left noenhanced textcolor rgb '#A16F00'
set arrow from graph 0.985437, graph 0.609806 to graph 1.04692, graph 0.630434 nohead linewidth 0.4 dashtype 1 linecolor rgb '#CC79A7' back
set label 'mlp.up' at graph 1.06032, graph 0.630434 left noenhanced textcolor rgb '#8E5474'
set arrow from graph 0.985437, graph 0.63239 to graph 1.04692, graph 0.697101 nohead linewidth 0.4 dashtype 1 linecolor rgb '#009E73' back
set label 'mlp.gate' at graph 1.06032, graph 0.697101 left noenhanced textcolor rgb '#006E50'
set arrow from graph 0.985437, graph 0.783587 to graph 1.04692, graph 0.763768 nohead linewidth 0.4 dashtype 1 linecolor rgb '#000000' back
set label 'unembedding' at graph 1.06032, graph 0.763768 left noenhanced textcolor rgb '#000000'
set arrow from graph 0.985437, graph 0.795708 to graph 1.04692, graph 0.830434 nohead linewidth 0.4 dashtype 1 linecolor rgb '#D55E00' back
set label 'embedding' at graph 1.06032, graph 0.830434 left noenhanced textcolor rgb '#954100'
set arrow from graph 0.985437, graph 0.951568 to graph 1.04692, graph 0.951568 nohead linewidth 0.4 dashtype 1 linecolor rgb '#0072B2' back
set label 'model' at graph 1.06032, graph 0.951568 left noenhanced textcolor rgb '#004F7C'
plot \
    'growth.csv' using (of(61, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#0072B2' dashtype 3 notitle, \
    'growth.csv' using (of(62, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#D55E00' dashtype 3 notitle, \
    'growth.csv' using (of(68, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#009E73' dashtype 3 notitle, \
    'growth.csv' using (of(69, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#CC79A7' dashtype 3 notitle, \
    'growth.csv' using (of(70, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#E69F00' dashtype 3 notitle, \
    'growth.csv' using (of(71, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#56B4E9' dashtype 3 notitle, \
    'growth.csv' using (of(72, cell('position'))):(cell('l2')) with lines linewidth 1.5 linecolor rgb '#000000' dashtype 3 notitle, \
    'growth.csv' using (of(1, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(2, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(8, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(9, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(10, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'growth.csv' using (of(11, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 6 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'growth.csv' using (of(12, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 4 pointsize 0.35 linecolor rgb '#000000' dashtype 1 notitle, \
    'growth.csv' using (of(13, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(14, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(20, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(21, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(22, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'growth.csv' using (of(23, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 6 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'growth.csv' using (of(24, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 4 pointsize 0.35 linecolor rgb '#000000' dashtype 1 notitle, \
    'growth.csv' using (of(25, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(26, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(32, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(33, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(34, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'growth.csv' using (of(35, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 6 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'growth.csv' using (of(36, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 4 pointsize 0.35 linecolor rgb '#000000' dashtype 1 notitle, \
    'growth.csv' using (of(37, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(38, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(44, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(45, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(46, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'growth.csv' using (of(47, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 6 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'growth.csv' using (of(48, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 4 pointsize 0.35 linecolor rgb '#000000' dashtype 1 notitle, \
    'growth.csv' using (of(49, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 7 pointsize 0.35 linecolor rgb '#0072B2' dashtype 1 notitle, \
    'growth.csv' using (of(50, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 5 pointsize 0.35 linecolor rgb '#D55E00' dashtype 1 notitle, \
    'growth.csv' using (of(56, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 9 pointsize 0.35 linecolor rgb '#009E73' dashtype 1 notitle, \
    'growth.csv' using (of(57, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 13 pointsize 0.35 linecolor rgb '#CC79A7' dashtype 1 notitle, \
    'growth.csv' using (of(58, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 11 pointsize 0.35 linecolor rgb '#E69F00' dashtype 1 notitle, \
    'growth.csv' using (of(59, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 6 pointsize 0.35 linecolor rgb '#56B4E9' dashtype 1 notitle, \
    'growth.csv' using (of(60, cell('position'))):(cell('l2')) with linespoints linewidth 1 pointtype 4 pointsize 0.35 linecolor rgb '#000000' dashtype 1 notitle
unset multiplot
set output
